import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { openStarterModel } from '../../src/index.js';

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const run = promisify(execFile);
const tokens = join(import.meta.dirname, '..', 'support', 'llama-cpp-tokens.json');

const compareTokens = `
import json, sys
from tokenizers import Tokenizer
tokenizer = Tokenizer.from_file(sys.argv[1])
print([text for text, tokens in json.load(open(sys.argv[2])) if tokenizer.encode(text, add_special_tokens=False).ids != tokens])
`;

async function pathOf(file: string): Promise<string> {
  return (await openStarterModel()).localPath?.(file) ?? '';
}

describe.skipIf(python === undefined)('with mlx-lm (skipped without MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm)', () => {
  test('mlx_lm.generate loads the folder and names Paris', { timeout: 300_000 }, async () => {
    const folder = join(await pathOf('config.json'), '..');
    const prompt = ['--prompt', 'What is the capital of France?', '--max-tokens', '30', '--temp', '0'];
    const { stdout } = await run(python ?? '', ['-m', 'mlx_lm', 'generate', '--model', folder, ...prompt]);
    expect(stdout).toContain('The capital of France is Paris.');
  });

  test('Hugging Face\'s tokenizers make the tokens that llama.cpp makes', async () => {
    const { stdout } = await run(python ?? '', ['-c', compareTokens, await pathOf('tokenizer.json'), tokens]);
    expect(stdout.trim()).toBe('[]');
  });
});
