import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFolder } from '@mlxengine/downloader';
import { readCheckpoint, safetensorsChunks } from '@mlxengine/models';
import { createReferenceBackend } from '@mlxengine/testing';
import { writeTinyCheckpoint } from '@mlxengine/testing/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runMlxengine } from './command.js';

const tokens = Int32Array.from({ length: 24 }, (_, index) => (index * 37) % 200);
let folder = '';
let logits: Float32Array;
let vocabularySize = 0;

/** A file of reference values. */
async function writeReference(
  name: string, values: Readonly<Record<string, Int32Array | Float32Array>>, shapes: Readonly<Record<string, readonly number[]>> = {},
): Promise<string> {
  const tensors = Object.entries(values).map(([tensor, data]) => ({
    name: tensor, dtype: data instanceof Int32Array ? 'I32' as const : 'F32' as const,
    shape: shapes[tensor] ?? (data instanceof Int32Array ? [data.length] : [data.length / vocabularySize, vocabularySize]),
    chunks: async function* () {
      yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    },
  }));
  const path = join(folder, name);
  await writeFile(path, Buffer.concat(await Array.fromAsync(safetensorsChunks(tensors))));
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlxengine-verify-'));
  await writeTinyCheckpoint(folder);
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) await rm(join(folder, file), { force: true });
  const { graph, weights } = await readCheckpoint(await openFolder(folder));
  await using backend = createReferenceBackend();
  await using model = await backend.loadModel(graph, weights);
  ({ vocabularySize } = graph);
  logits = (await model.score({ tokens: Uint32Array.from(tokens), logits: true })).logits ?? new Float32Array();
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(['fallback', 'mlx'])('says that the numbers agree, without a tokenizer, on %s', async (backend) => {
  const reference = await writeReference('right.safetensors', { tokens, logits, step_logits: logits.slice(-6 * vocabularySize) });
  const { stdout, exitCode } = await runMlxengine(['verify', folder, '--reference', reference, '--backend', backend, '--json']);
  const found = JSON.parse(stdout) as Record<string, unknown>;
  expect(Object.keys(found)).toEqual(['architecture', 'backend', 'tokens', 'maxAbsError', 'maxAbsErrorStep', 'meanKL', 'top1Agreement', 'pass']);
  expect(found).toMatchObject({ architecture: 'llama', backend, tokens: 24, top1Agreement: 1, pass: true });
  expect(found['maxAbsError']).toBeLessThan(1e-3);
  expect(exitCode).toBe(0);
});

it('exits with 1 where one logit of a step differs', async () => {
  const steps = logits.slice(-6 * vocabularySize);
  steps[7] = (steps[7] as number) + 0.01;
  // A whole that agrees with its own steps nowhere near would make the steps count alone.
  const whole = logits.slice();
  whole[whole.length - steps.length + 7] = steps[7];
  const reference = await writeReference('wrong.safetensors', { tokens, logits: whole, step_logits: steps });
  const { stdout, exitCode } = await runMlxengine(['verify', folder, '--reference', reference, '--backend', 'fallback', '--json']);
  const found = JSON.parse(stdout) as Record<string, number | boolean>;
  expect(found['pass']).toBe(false);
  expect(found['maxAbsError']).toBeCloseTo(0.01, 3);
  expect(found['maxAbsErrorStep']).toBeCloseTo(0.01, 3);
  expect(exitCode).toBe(1);
});

it('compares steps alone where the reference itself differs between its whole and its steps', async () => {
  const whole = logits.map((logit) => logit + 1);
  const reference = await writeReference('growing.safetensors', { tokens, logits: whole, step_logits: logits.slice(-6 * vocabularySize) });
  const { stdout, exitCode } = await runMlxengine(['verify', folder, '--reference', reference, '--backend', 'fallback']);
  expect(stdout).toContain('The numbers agree.');
  expect(exitCode).toBe(0);
});

it.each(['fallback', 'mlx'])('compares more tokens than the model was made for, on %s', async (backend) => {
  const reference = await writeReference('long.safetensors', { tokens, logits });
  const short = await mkdtemp(join(tmpdir(), 'mlxengine-verify-'));
  await writeTinyCheckpoint(short);
  const config = JSON.parse(await readFile(join(short, 'config.json'), 'utf8')) as Record<string, unknown>;
  await writeFile(join(short, 'config.json'), JSON.stringify({ ...config, max_position_embeddings: 16 }));
  const { stdout, exitCode } = await runMlxengine(['verify', short, '--reference', reference, '--backend', backend, '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ tokens: 24, pass: true });
  expect(exitCode).toBe(0);
  await rm(short, { recursive: true, force: true });
});

it('refuses logits of another shape, and takes a leading dimension of 1', async () => {
  const transposed = await writeReference('transposed.safetensors', { tokens, logits }, { logits: [vocabularySize, tokens.length] });
  const wrong = await runMlxengine(['verify', folder, '--reference', transposed, '--backend', 'fallback', '--json']);
  expect(wrong).toMatchObject({ stdout: '', exitCode: 1 });
  expect(wrong.stderr).toMatch(/The tensor logits of the reference .*transposed\.safetensors is .*\[checkpoint\.reference-mismatch\]/);
  const batched = await writeReference('batched.safetensors', { tokens, logits }, { tokens: [1, tokens.length], logits: [1, tokens.length, vocabularySize] });
  expect((await runMlxengine(['verify', folder, '--reference', batched, '--backend', 'fallback'])).exitCode).toBe(0);
});

it.each([
  ['a tolerance below 0', () => ['verify', folder, '--tolerance', '-1'], 2, /^mlxengine: Option '--tolerance' argument is ambiguous\. See [^\n]*\[cli\.usage\]\n$/],
  ['an unknown option', () => ['verify', folder, '--foo'], 2, /^mlxengine: Unknown option '--foo'\. See [^\n]*\[cli\.usage\]\n$/],
  ['no reference', () => ['verify', folder], 2, /--reference is missing.*\[cli\.usage\]/],
  ['no model', () => ['verify', '--reference', 'x.safetensors'], 2, /Expected one model.*\[cli\.usage\]/],
  ['a reference without tokens', () => ['verify', folder, '--reference', join(folder, 'model.safetensors')], 1, /no tensor tokens.*\[checkpoint\.unknown-tensor\]/],
  ['a missing file', () => ['verify', folder, '--reference', join(folder, 'none.safetensors')], 1, /none\.safetensors.*\[checkpoint\.missing-file\]/],
])('tells %s', async (_, args, code, message) => {
  const { stderr, exitCode } = await runMlxengine(args());
  expect(stderr).toMatch(message);
  expect(exitCode).toBe(code);
});

it('names the nearest families where a model_type is unknown', async () => {
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
  const other = await mkdtemp(join(tmpdir(), 'mlxengine-verify-'));
  await writeTinyCheckpoint(other);
  await writeFile(join(other, 'config.json'), JSON.stringify({ ...config, model_type: 'qwen3_mo' }));
  const { stderr, exitCode } = await runMlxengine(['verify', other, '--reference', join(folder, 'right.safetensors')]);
  expect(stderr).toMatch(/"qwen3_mo".*qwen3_moe.*\[architecture\.unknown\]/);
  expect(exitCode).toBe(1);
  await rm(other, { recursive: true, force: true });
});
