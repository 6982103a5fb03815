import { AbortedError, CheckpointError, InvalidArgumentError, UnsupportedArchitectureError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { MemorySource } from '../tests/support/memory-source.js';
import { rawSafetensors, testTensor, writeSafetensors } from '../tests/support/tensors.js';
import { tensorsOf, tinyCheckpoint, tinyConfig } from '../tests/support/tiny-llama.js';
import type { TinyCheckpointOptions } from '../tests/support/tiny-llama.js';
import { defineArchitecture } from './architectures/architecture.js';
import { buildGraph } from './build-graph.js';
import { readCheckpoint } from './read-checkpoint.js';

const norm = 'model.norm.weight';
const headerBytes = (file: Uint8Array | undefined): number => 8 + Number(new DataView(file?.buffer ?? new ArrayBuffer(8)).getBigUint64(0, true));

async function failure(options: TinyCheckpointOptions): Promise<unknown> {
  return readCheckpoint(await tinyCheckpoint(options)).catch((error: unknown) => error);
}

test('describes a model, and hands out every tensor as it was written', async () => {
  const quantization = { bits: 4, groupSize: 64 };
  const files = { 'generation_config.json': '{"eos_token_id": [5, 6], "temperature": 0.5}' };
  const checkpoint = await readCheckpoint(await tinyCheckpoint({ quantizationOf: () => quantization, files }));
  const tensors = tensorsOf(checkpoint.graph, () => quantization);
  expect(checkpoint.configuration).toEqual({
    id: 'memory', architecture: 'llama', parameterCount: 299648, vocabularySize: 32, contextLength: 512,
    quantization: { mode: 'affine', ...quantization }, weightBytes: tensors.reduce((sum, { bytes }) => sum + bytes.length, 0),
    samplingDefaults: { temperature: 0.5 },
  });
  expect(checkpoint.config).toEqual(tinyConfig);
  expect(checkpoint.endTokens).toEqual([5, 6]);
  expect(new Set(checkpoint.weights.tensors.keys())).toEqual(new Set(tensors.map(({ name }) => name)));
  for (const { name, bytes } of tensors) expect(await checkpoint.weights.read(name)).toEqual(bytes);
});

test('reads no byte of weights until a tensor is asked for, and then that tensor alone', async () => {
  const source = await tinyCheckpoint();
  const { weights } = await readCheckpoint(source);
  const header = headerBytes(source.files.get('model.safetensors'));
  for (const { path, offset, length } of source.reads) if (path === 'model.safetensors') expect(offset + length).toBeLessThanOrEqual(header);
  source.reads.length = 0;
  await weights.read(norm);
  expect(source.reads).toMatchObject([{ path: 'model.safetensors', length: 256 }]);
});

test('reads into given memory of the right size', async () => {
  const { weights } = await readCheckpoint(await tinyCheckpoint());
  const memory = new Uint8Array(258);
  const into = memory.subarray(1, 257);
  expect(await weights.read(norm, { into })).toBe(into);
  expect(memory.subarray(1, 257)).toEqual(testTensor(norm, 'F16', [128]).bytes);
  await expect(weights.read(norm, { into: memory })).rejects.toThrow(InvalidArgumentError);
  await expect(weights.read('nothing')).rejects.toThrow(expect.objectContaining({ code: 'checkpoint.unknown-tensor' }));
  await expect(weights.read(norm, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
});

test('gives a tensor part by part, and nothing past its end', async () => {
  const { weights } = await readCheckpoint(await tinyCheckpoint());
  const stream = weights.open?.(norm);
  const memory = new Uint8Array(256);
  for (const [begin, end] of [[0, 100], [100, 102], [102, 256]]) await stream?.read(memory.subarray(begin, end));
  expect(memory).toEqual(testTensor(norm, 'F16', [128]).bytes);
  await expect(stream?.read(memory.subarray(0, 2))).rejects.toThrow(InvalidArgumentError);
  expect(() => weights.open?.('nothing')).toThrow(expect.objectContaining({ code: 'checkpoint.unknown-tensor' }));
  await expect(weights.open?.(norm, { signal: AbortSignal.abort() }).read(memory)).rejects.toThrow(AbortedError);
});

test('lets the source fill the given memory itself', async () => {
  const source = await tinyCheckpoint();
  const { weights } = await readCheckpoint(source);
  const into = new Uint8Array(256);
  const read = source.read.bind(source);
  let filled = 0;
  source.read = async (path, options = {}) => {
    const bytes = await read(path, options);
    options.into?.set(bytes);
    filled += options.into?.length ?? 0;
    return options.into ?? bytes;
  };
  await weights.read(norm, { into });
  expect(filled).toBe(256);
  expect(into).toEqual(testTensor(norm, 'F16', [128]).bytes);
});

test('a large tensor is read in pieces, none larger than 16 MiB', async () => {
  const config = { vocab_size: 70_000 };
  const source = await tinyCheckpoint({ config });
  const { weights } = await readCheckpoint(source);
  source.reads.length = 0;
  const expected = testTensor('model.embed_tokens.weight', 'F16', [70_000, 128]).bytes;
  const found = await weights.read('model.embed_tokens.weight');
  expect(Buffer.compare(found, expected)).toBe(0);
  expect(source.reads.map(({ length }) => length)).toEqual([2 ** 24, expected.length - 2 ** 24]);
});

test('a file that shrank since its header was read is a typed error', async () => {
  const source = await tinyCheckpoint();
  const { weights } = await readCheckpoint(source);
  const file = source.files.get('model.safetensors') ?? new Uint8Array();
  source.files.set('model.safetensors', file.slice(0, file.length - 100));
  await expect(weights.read(norm)).rejects.toThrow(expect.objectContaining({ code: 'checkpoint.short-read' }));
});

test('tells where bytes lie where the source lies on a disk', async () => {
  const source = await tinyCheckpoint();
  expect((await readCheckpoint(source)).weights.location(norm)).toBeUndefined();
  const local = Object.assign(source, { localPath: (path: string) => `/models/${path}` });
  const { weights } = await readCheckpoint(local);
  const location = weights.location(norm);
  expect(location?.file).toBe('/models/model.safetensors');
  const offset = location?.byteOffset ?? 0;
  expect(source.files.get('model.safetensors')?.slice(offset, offset + 256)).toEqual(testTensor(norm, 'F16', [128]).bytes);
  expect(weights.location('nothing')).toBeUndefined();
});

test('shards, an index and misaligned tensors', async () => {
  const tensors = tensorsOf(buildGraph(tinyConfig));
  const [first, second] = [tensors.slice(0, 5), tensors.slice(5)];
  const weightMap = Object.fromEntries([...first.map(({ name }) => [name, 'a.safetensors']), ...second.map(({ name }) => [name, 'b.safetensors'])]);
  let offset = 0;
  const entries = second.map(({ name, dtype, shape, bytes }) => {
    const begin = offset;
    offset += bytes.length;
    return [name, { dtype, shape, data_offsets: [begin, offset] }];
  });
  const header = JSON.stringify(Object.fromEntries(entries));
  const odd = header.length % 2 === 0 ? `${header} ` : header;
  const source = new MemorySource({
    'config.json': JSON.stringify(tinyConfig),
    'model.safetensors.index.json': JSON.stringify({ metadata: {}, weight_map: weightMap }),
    'a.safetensors': await writeSafetensors(first),
    'b.safetensors': rawSafetensors(odd, Uint8Array.from(second.flatMap(({ bytes }) => [...bytes]))),
    'stale.safetensors': 'not even a header',
  });
  const { weights } = await readCheckpoint(source);
  for (const { name, bytes } of tensors) expect(await weights.read(name)).toEqual(bytes);
});

test('a tensor in two files is taken from the one that the index names, and without an index refused', async () => {
  const graph = buildGraph(tinyConfig);
  const good = await writeSafetensors(tensorsOf(graph));
  const other = await writeSafetensors([{ ...testTensor(norm, 'F16', [128]), bytes: new Uint8Array(256) }]);
  const files = { 'config.json': JSON.stringify(tinyConfig), 'model-1.safetensors': other, 'model-2.safetensors': good };
  const weightMap = { [norm]: 'model-2.safetensors', 'model.embed_tokens.weight': 'model-1.safetensors' };
  const indexed = new MemorySource({ ...files, 'model.safetensors.index.json': JSON.stringify({ weight_map: weightMap }) });
  const { weights } = await readCheckpoint(indexed);
  expect(await weights.read(norm)).toEqual(testTensor(norm, 'F16', [128]).bytes);
  await expect(readCheckpoint(new MemorySource(files))).rejects.toThrow(expect.objectContaining({ code: 'checkpoint.duplicate-tensor' }));
});

test('what llama\'s sanitize drops may be there', async () => {
  const extra = [
    testTensor('model.layers.0.self_attn.rotary_emb.inv_freq', 'F32', [16]),
    testTensor('lm_head.weight', 'F16', [32, 128]),
  ];
  const { weights } = await readCheckpoint(await tinyCheckpoint({ change: (tensors) => [...tensors, ...extra] }));
  for (const { name } of extra) expect(weights.tensors.has(name)).toBe(false);
  expect(await failure({ config: { tie_word_embeddings: false }, change: (tensors) => tensors.filter(({ name }) => name !== 'lm_head.weight') }))
    .toMatchObject({ code: 'checkpoint.missing-tensor', message: expect.stringContaining('lm_head.weight') as string });
});

test.for<readonly [string, string, TinyCheckpointOptions]>([
  ['a missing weight', 'checkpoint.missing-tensor', { change: (tensors) => tensors.filter(({ name }) => name !== norm) }],
  ['a missing bias', 'checkpoint.missing-tensor', { config: { attention_bias: true }, change: (tensors) => tensors.filter(({ name }) => !name.endsWith('.bias')) }],
  ['a bias that the config denies', 'checkpoint.unused-tensors', {
    change: (tensors) => [...tensors, testTensor('model.layers.0.self_attn.q_proj.bias', 'F16', [128])],
  }],
  ['more layers than the config says', 'checkpoint.unused-tensors', {
    change: (tensors) => [...tensors, testTensor('model.layers.2.input_layernorm.weight', 'F16', [128])],
  }],
  ['a norm of another size', 'checkpoint.tensor-mismatch', {
    change: (tensors) => tensors.map((tensor) => (tensor.name === norm ? testTensor(norm, 'F16', [127]) : tensor)),
  }],
  ['a transposed matrix', 'checkpoint.tensor-mismatch', {
    change: (tensors) => tensors.map((tensor) => (tensor.name.endsWith('up_proj.weight') ? testTensor(tensor.name, 'F16', [128, 256]) : tensor)),
  }],
  ['weights of integers', 'checkpoint.tensor-mismatch', {
    change: (tensors) => tensors.map((tensor) => (tensor.name === norm ? testTensor(norm, 'I32', [128]) : tensor)),
  }],
  ['a truncated file', 'checkpoint.header-truncated', { files: { 'model.safetensors': rawSafetensors('{}', new Uint8Array(), 100n) } }],
  ['a config that is no JSON', 'checkpoint.json-syntax', { files: { 'config.json': '{"model_type": ' } }],
])('%s: %s', async ([, code, options]) => {
  const error = await failure(options);
  expect(CheckpointError.isInstance(error)).toBe(true);
  expect(error).toHaveProperty('code', code);
});

test('an unknown model type is told before the weights are looked at', async () => {
  const source = new MemorySource({ 'config.json': '{"model_type": "unheard_of"}' });
  await expect(readCheckpoint(source)).rejects.toThrow(UnsupportedArchitectureError);
});

test('reads a family of one\'s own, its tensors under the names of its graph', async () => {
  const mine = defineArchitecture({
    modelType: 'mine',
    readArguments: (config) => config.integer('rows', { minimum: 1, maximum: 100 }),
    buildGraph: (graph, rows) => {
      const x = graph.embedding(graph.tokens(), 'embed', { rows, dimensions: 4 });
      return { logits: graph.linear(graph.selectRows(x), 'embed', { dimensions: rows }), contextLength: 8 };
    },
    sanitize: (tensors) => {
      tensors.drop((name) => name.endsWith('.unused'));
      tensors.rename((name) => name.replace(/^wrapper\./, ''));
    },
  });
  const stored = testTensor('wrapper.embed.weight', 'F32', [16, 4]);
  const source = new MemorySource({
    'config.json': '{"model_type": "mine", "rows": 16}',
    'weights.safetensors': await writeSafetensors([stored, testTensor('wrapper.x.unused', 'U8', [3])]),
  });
  const { weights, configuration } = await readCheckpoint(source, { architectures: [mine] });
  expect(await weights.read('embed.weight')).toEqual(stored.bytes);
  expect([...weights.tensors.keys()]).toEqual(['embed.weight']);
  expect(configuration).toMatchObject({ architecture: 'mine', parameterCount: 64 });
});

test('is abortable', async () => {
  const reason = new Error('left');
  await expect(readCheckpoint(await tinyCheckpoint(), { signal: AbortSignal.abort(reason) })).rejects.toThrow(
    expect.objectContaining({ code: 'aborted.operation', cause: reason }),
  );
  await expect(readCheckpoint(await tinyCheckpoint(), { signal: AbortSignal.abort(reason) })).rejects.toThrow(AbortedError);
});
