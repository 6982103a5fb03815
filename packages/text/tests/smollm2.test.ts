import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Tokenizer } from '@mlxengine/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTokenizer } from '../src/index.js';
import { folderSource, starterCheckpoint } from './support/checkpoint-folder.js';

/** Recorded with Python's tokenizers 0.23.3 on the same tokenizer.json: text, ids, text of the ids. */
const recorded = JSON.parse(readFileSync(resolve(import.meta.dirname, 'fixtures/smollm2-encodings.json'), 'utf8')) as readonly (readonly [string, readonly number[], string])[];

describe("SmolLM2's tokenizer", () => {
  let tokenizer: Tokenizer;

  beforeAll(async () => {
    tokenizer = await loadTokenizer(folderSource(starterCheckpoint), { endTokens: [2, 0] });
  });

  it('has its vocabulary and its end tokens', () => {
    expect(tokenizer.vocabularySize).toBe(49_152);
    expect(tokenizer.endTokens).toEqual([2, 0]);
  });

  it('gives the ids of Python, and the text back', () => {
    expect(recorded.length).toBe(300);
    for (const [text, ids, decoded] of recorded) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(decoded);
    }
  });

  it('writes a conversation as the model was trained on it', () => {
    const prompt = tokenizer.applyChatTemplate([{ role: 'user', content: 'Hi' }]);
    expect(prompt).toBe(
      '<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    );
    const ids = tokenizer.encode(prompt, { addSpecialTokens: false });
    expect(ids.slice(0, 3)).toEqual([1, 9690, 198]);
    expect(ids.filter((id) => id === 1)).toHaveLength(3);
  });

  it('keeps a conversation a prefix of its continuation, so that nothing is computed twice', () => {
    const first = [{ role: 'user', content: 'Hi' }] as const;
    const answer = ' Hello there!\n';
    const before = tokenizer.encode(tokenizer.applyChatTemplate(first), { addSpecialTokens: false });
    const after = tokenizer.encode(tokenizer.applyChatTemplate([...first, { role: 'assistant', content: answer }, { role: 'user', content: 'And?' }]), { addSpecialTokens: false });
    expect(after.slice(0, before.length)).toEqual(before);
  });

  it('tells the same text token by token, and over 100,000 tokens in linear time', () => {
    const ids = Array.from({ length: 100_000 }, (_, index) => 17 + ((index * 7919) % 49_000));
    const detokenizer = tokenizer.detokenizer();
    const start = performance.now();
    const parts = ids.map((id) => detokenizer.push([id]));
    const milliseconds = performance.now() - start;
    expect(parts.join('') + detokenizer.flush()).toBe(tokenizer.decode(ids));
    expect(parts.every((part) => !/[\ud800-\udbff]$/.test(part))).toBe(true);
    expect(milliseconds).toBeLessThan(3000);
  });
});
