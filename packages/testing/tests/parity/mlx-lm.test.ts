import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createByteTokenizer, createReferenceBackend, createTinyModel, type TinyCheckpointOptions } from '../../src/index.js';
import { writeTinyCheckpoint } from '../../src/node/index.js';
import { tinyTextOptions } from '../../src/tiny-checkpoint/tiny-text-options.js';

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const run = promisify(execFile);
const script = join(import.meta.dirname, 'mlx-lm-reference.py');

const variants: readonly (readonly [string, TinyCheckpointOptions])[] = [
  ['a dense model', {}],
  ['4 bits', { quantization: { mode: 'affine', bits: 4, groupSize: 32 }, dtype: 'F16' }],
  ['8 bits and a tied embedding', { quantization: { mode: 'affine', bits: 8, groupSize: 64 }, dtype: 'BF16', tiedEmbedding: true }],
  ['3 bits', { quantization: { mode: 'affine', bits: 3, groupSize: 64 } }],
  ['6 bits', { quantization: { mode: 'affine', bits: 6, groupSize: 128 } }],
  ['biases and traditional rope', { attentionBias: true, traditionalRope: true }],
];

const greedy = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };

describe.skipIf(python === undefined)('as mlx-lm computes (skipped without MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm)', () => {
  let folder = '';
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'mlxengine-tiny-')); });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(variants)('%s: the same logits, answer and prompt', async (name, options) => {
    const target = join(folder, name);
    await writeTinyCheckpoint(target, options);
    const { graph, weights } = createTinyModel({ ...tinyTextOptions, ...options });
    const model = await createReferenceBackend().loadModel(graph, weights);
    const tokenizer = createByteTokenizer();
    const tokens = tokenizer.encode(tokenizer.applyChatTemplate([{ role: 'user', content: 'Hällo 😀' }]));
    const { logits = new Float32Array() } = await model.score({ tokens, logits: true });
    const answer: number[] = [];
    for await (const batch of model.generate({ prompt: tokens, maxTokens: 24, stopTokens: tokenizer.endTokens, sampling: greedy })) {
      if (batch.type === 'tokens') answer.push(...batch.tokens);
    }
    const { stdout } = await run(python ?? '', [script, target, JSON.stringify(tokens), '24'], { maxBuffer: 1e8 });
    const theirs = JSON.parse(stdout) as { readonly logits: readonly number[]; readonly text: string; readonly chat: readonly number[] };
    expect(theirs.chat).toEqual(tokens);
    expect(theirs.logits.length).toBe(logits.length);
    expect(Math.max(...theirs.logits.map((value, index) => Math.abs(value - (logits[index] ?? NaN))))).toBeLessThan(1e-3);
    expect(tokenizer.decode(answer)).toBe(theirs.text);
  });
});
