import { CheckpointError, UnsupportedArchitectureError } from '@mlxengine/core';
import { describe, expect, test } from 'vitest';
import { f32 } from '../../tests/support/gguf-builder.js';
import type { GgufParts } from '../../tests/support/gguf-builder.js';
import { MemorySource } from '../../tests/support/memory-source.js';
import { concat } from '../../tests/support/tensors.js';
import { f32Tensor, tinyGguf, tinyMetadata, tinySizes, tinyTensors } from '../../tests/support/tiny-gguf.js';
import { readCheckpoint } from '../read-checkpoint.js';
import { importGguf } from './import-gguf.js';
import type { ImportGgufOptions } from './import-gguf.js';

async function runImport(bytes: Uint8Array, options?: ImportGgufOptions): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const source = new MemorySource({ 'm.gguf': bytes });
  await importGguf(source, 'm.gguf', {
    write: async (path, chunks) => {
      const parts: Uint8Array[] = [];
      for await (const chunk of chunks) parts.push(chunk);
      files.set(path, concat(parts));
    },
  }, options);
  return files;
}

function json(files: ReadonlyMap<string, Uint8Array>, path: string): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(files.get(path))) as Record<string, unknown>;
}

async function codeOf(parts: GgufParts): Promise<string> {
  try {
    await runImport(tinyGguf(parts));
    return 'accepted';
  } catch (error) {
    const known = CheckpointError.isInstance(error) || UnsupportedArchitectureError.isInstance(error);
    return known ? error.code : String(error);
  }
}

test('writes a checkpoint, config.json last', async () => {
  const files = await runImport(tinyGguf());
  expect([...files.keys()]).toEqual([
    'model.safetensors', 'model.safetensors.index.json', 'tokenizer.json', 'tokenizer_config.json', 'generation_config.json', 'config.json',
  ]);
  expect(json(files, 'config.json')).toMatchObject({
    model_type: 'llama', hidden_size: 64, num_attention_heads: 2, num_key_value_heads: 1, head_dim: 32, vocab_size: 8,
    rms_norm_eps: 1e-5, rope_theta: 100_000, tie_word_embeddings: true, attention_bias: false, eos_token_id: [2, 0],
  });
  expect(json(files, 'config.json')).not.toHaveProperty('quantization');
  expect(json(files, 'generation_config.json')).toEqual({ bos_token_id: 1, eos_token_id: [2, 0] });
  expect(json(files, 'tokenizer_config.json')).toMatchObject({ eos_token: '<|im_end|>', chat_template: '{{ messages }}' });
});

test('the checkpoint is read by this package, with rows of q and k put back and all others as they were', async () => {
  const files = await runImport(tinyGguf());
  const { weights } = await readCheckpoint(new MemorySource(Object.fromEntries(files)));
  const firstOfRow = async (name: string, row: number): Promise<number> => {
    const bytes = await weights.read(name);
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat32(row * tinySizes.hidden * 4, true) / tinySizes.hidden;
  };
  // Row 1 of a head of 32 comes from row 2, row 16 from row 1, and the second head's from the second head.
  for (const [row, from] of [[0, 0], [1, 2], [16, 1], [31, 31], [32, 32], [33, 34], [48, 33]] as const) {
    expect(await firstOfRow('model.layers.0.self_attn.q_proj.weight', row)).toBe(from);
  }
  expect(await firstOfRow('model.layers.0.self_attn.k_proj.weight', 16)).toBe(1);
  expect(await firstOfRow('model.layers.0.self_attn.v_proj.weight', 16)).toBe(16);
  expect(weights.tensors.has('lm_head.weight')).toBe(false);
});

test('the most common quantization is the general one, others are named, dense ones are silent', async () => {
  const q4 = { type: 2, bytes: new Uint8Array(64 * 64 / 32 * 18) };
  const files = await runImport(tinyGguf({
    tensors: tinyTensors({
      'blk.0.attn_q.weight': { name: 'blk.0.attn_q.weight', dimensions: [64, 64], ...q4 },
      'blk.0.attn_output.weight': { name: 'blk.0.attn_output.weight', dimensions: [64, 64], ...q4 },
      'token_embd.weight': { name: 'token_embd.weight', dimensions: [64, 8], type: 8, bytes: new Uint8Array(64 * 8 / 32 * 34) },
    }),
  }));
  expect(json(files, 'config.json')['quantization']).toEqual({
    group_size: 32, bits: 4, mode: 'affine', 'model.embed_tokens': { group_size: 32, bits: 8, mode: 'affine' },
  });
  const { weights } = await readCheckpoint(new MemorySource(Object.fromEntries(files)));
  expect(weights.quantization('model.embed_tokens')).toMatchObject({ bits: 8, groupSize: 32 });
  expect(weights.quantization('model.layers.0.self_attn.q_proj')).toMatchObject({ bits: 4 });
  expect(weights.quantization('model.layers.0.mlp.up_proj')).toBeUndefined();
});

test('an untied head and biases are kept', async () => {
  const biases = ['q', 'k', 'v', 'output'].map((name) => [`blk.0.attn_${name}.bias`, f32Tensor(`blk.0.attn_${name}.bias`, [name === 'k' || name === 'v' ? 32 : 64])]);
  const files = await runImport(tinyGguf({
    tensors: tinyTensors({ 'output.weight': f32Tensor('output.weight', [64, 8]), ...Object.fromEntries(biases) }),
  }));
  expect(json(files, 'config.json')).toMatchObject({ tie_word_embeddings: false, attention_bias: true, mlp_bias: false });
  expect(Object.keys(json(files, 'model.safetensors.index.json')['weight_map'] as object)).toEqual(
    expect.arrayContaining(['lm_head.weight', 'model.layers.0.self_attn.q_proj.bias']));
});

describe('rope', () => {
  const wavelength = (pair: number): number => 2 * Math.PI * 500_000 ** (2 * pair / 32);
  const factor = (length: number): number =>
    length < 2048 ? 1 : length > 8192 ? 8 : 1 / ((1 - (8192 / length - 1) / 3) / 8 + (8192 / length - 1) / 3);
  const factors = (values: readonly number[]): GgufParts => ({
    metadata: tinyMetadata({ 'llama.rope.freq_base': ['llama.rope.freq_base', 6, 500_000] }),
    tensors: tinyTensors({ 'rope_freqs.weight': { name: 'rope_freqs.weight', dimensions: [values.length], type: 0, bytes: concat(values.map(f32)) } }),
  });

  test('the factors of Llama 3 become its rope_scaling', async () => {
    const files = await runImport(tinyGguf(factors(Array.from({ length: 16 }, (_, pair) => factor(wavelength(pair))))));
    expect(json(files, 'config.json')['rope_scaling']).toEqual({
      rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192,
    });
  });

  test('other factors are not guessed', async () => {
    expect(await codeOf(factors(Array.from({ length: 16 }, (_, pair) => 1 + pair)))).toBe('gguf.unsupported');
  });

  test('linear scaling is kept', async () => {
    const files = await runImport(tinyGguf({ metadata: tinyMetadata({
      type: ['llama.rope.scaling.type', 8, 'linear'], factor: ['llama.rope.scaling.factor', 6, 4],
    }) }));
    expect(json(files, 'config.json')['rope_scaling']).toMatchObject({ rope_type: 'linear', factor: 4 });
  });
});

const entry = (key: string, type: number, value: string | number): Parameters<typeof tinyMetadata>[0] => ({ [key]: [key, type, value] });

test.each<readonly [string, string, GgufParts]>([
  ['another family', 'architecture.unknown', { metadata: tinyMetadata(entry('general.architecture', 8, 'qwen2')) }],
  ['experts', 'architecture.unknown', { metadata: tinyMetadata(entry('llama.expert_count', 4, 8)) }],
  ['one of several files', 'gguf.unsupported', { metadata: tinyMetadata(entry('split.count', 2, 3)) }],
  ['yarn', 'gguf.unsupported', { metadata: tinyMetadata(entry('llama.rope.scaling.type', 8, 'yarn')) }],
  ['a sliding window', 'gguf.unsupported', { metadata: tinyMetadata(entry('llama.attention.sliding_window', 4, 4096)) }],
  ['partial rope', 'gguf.unsupported', { metadata: tinyMetadata(entry('llama.rope.dimension_count', 4, 16)) }],
  ['a scaled embedding', 'gguf.unsupported', { metadata: tinyMetadata(entry('llama.embedding_scale', 6, 2)) }],
  ['no size', 'gguf.missing-metadata', { metadata: tinyMetadata({ 'llama.embedding_length': undefined }) }],
  ['no heads', 'gguf.invalid-value', { metadata: tinyMetadata(entry('llama.attention.head_count', 4, 0)) }],
  ['heads that do not divide', 'gguf.invalid-value', { metadata: tinyMetadata(entry('llama.attention.head_count', 4, 3)) }],
  ['more layers than tensors', 'gguf.missing-tensor', { metadata: tinyMetadata(entry('llama.block_count', 4, 4_000_000_000)) }],
  ['a tensor too few', 'gguf.missing-tensor', { tensors: tinyTensors({ 'blk.0.attn_v.weight': undefined, x: f32Tensor('x', [1]) }) }],
  ['a tensor too many', 'gguf.unknown-tensor', { tensors: tinyTensors({ 'blk.0.attn_q_norm.weight': f32Tensor('blk.0.attn_q_norm.weight', [32]) }) }],
  ['a wrong shape', 'gguf.invalid-tensor', { tensors: tinyTensors({ 'blk.0.ffn_up.weight': f32Tensor('blk.0.ffn_up.weight', [64, 64]) }) }],
  ['some biases only', 'gguf.unsupported', { tensors: tinyTensors({ 'blk.0.attn_q.bias': f32Tensor('blk.0.attn_q.bias', [64]) }) }],
  ['an unknown pre-tokenizer', 'gguf.unsupported-tokenizer', { metadata: tinyMetadata(entry('tokenizer.ggml.pre', 8, 'brand-new')) }],
  ['no pre-tokenizer', 'gguf.missing-metadata', { metadata: tinyMetadata({ 'tokenizer.ggml.pre': undefined }) }],
  ['another tokenizer', 'gguf.unsupported-tokenizer', { metadata: tinyMetadata(entry('tokenizer.ggml.model', 8, 'bert')) }],
  ['an end token out of range', 'gguf.invalid-value', { metadata: tinyMetadata(entry('tokenizer.ggml.eos_token_id', 4, 8)) }],
  ['merges of unknown tokens', 'gguf.invalid-value', {
    metadata: tinyMetadata({ 'tokenizer.ggml.merges': ['tokenizer.ggml.merges', 9, { type: 8, items: ['a z'] }] }),
  }],
  ['a token twice', 'gguf.duplicate', {
    metadata: tinyMetadata({ 'tokenizer.ggml.tokens': ['tokenizer.ggml.tokens', 9, { type: 8, items: ['a', 'b', 'a'] }] }),
  }],
  ['more tokens than rows', 'gguf.invalid-value', {
    metadata: tinyMetadata({
      'tokenizer.ggml.tokens': ['tokenizer.ggml.tokens', 9, { type: 8, items: ['<|endoftext|>', '<|im_start|>', '<|im_end|>', 'a', 'b', 'ab', 'Ġ', 'c', 'd'] }], 'tokenizer.ggml.token_type': undefined,
    }),
  }],
])('refuses %s', async (_, code, parts) => {
  expect(await codeOf(parts)).toBe(code);
});

test('the unknown pre-tokenizer is named', async () => {
  await expect(runImport(tinyGguf({ metadata: tinyMetadata(entry('tokenizer.ggml.pre', 8, 'brand-new')) }))).rejects.toThrow(/"brand-new".*smollm/);
});

test('writes nothing before the file is checked', async () => {
  let writes = 0;
  const source = new MemorySource({ 'm.gguf': tinyGguf({ metadata: tinyMetadata(entry('tokenizer.ggml.pre', 8, 'x')) }) });
  await importGguf(source, 'm.gguf', { write: async () => { writes++; } }).catch(() => undefined);
  expect(writes).toBe(0);
});

test('an abort ends it in the middle', async () => {
  const stop = new AbortController();
  const reason = new Error('enough');
  const run = runImport(tinyGguf(), { signal: stop.signal, onProgress: () => { stop.abort(reason); } });
  await expect(run).rejects.toMatchObject({ code: 'aborted.operation', cause: reason });
});

test('progress ends at the total', async () => {
  const seen: { processedBytes: number; totalBytes: number }[] = [];
  await runImport(tinyGguf(), { onProgress: (progress) => { seen.push(progress); } });
  const last = seen.at(-1);
  expect(last?.processedBytes).toBe(last?.totalBytes);
  expect(last?.totalBytes).toBe(tinyTensors().reduce((sum, { bytes }) => sum + bytes.length, 0));
});

test('an error of the sink passes through', async () => {
  const full = new Error('disk full');
  const source = new MemorySource({ 'm.gguf': tinyGguf() });
  await expect(importGguf(source, 'm.gguf', { write: () => Promise.reject(full) })).rejects.toBe(full);
});
