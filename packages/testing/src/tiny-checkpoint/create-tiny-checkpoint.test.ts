import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as library from '@huggingface/tokenizers';
import { expect, test } from 'vitest';
import { writeTinyCheckpoint } from '../node/write-tiny-checkpoint.js';
import { createByteTokenizer } from '../tiny-engine/byte-tokenizer.js';
import { createTinyCheckpoint } from './create-tiny-checkpoint.js';

const json = (files: ReadonlyMap<string, Uint8Array>, path: string): Record<string, unknown> =>
  JSON.parse(new TextDecoder().decode(files.get(path))) as Record<string, unknown>;

/** The part of the library that is used here; its own declarations cannot be resolved from ES modules. */
type LibraryTokenizer = new (tokenizer: object, config: object) => { encode(text: string): { readonly ids: readonly number[] } };
const { Tokenizer } = library as unknown as { readonly Tokenizer: LibraryTokenizer };

interface Header {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

test('the weights are a safetensors file whose tensors follow one another', () => {
  const file = createTinyCheckpoint({ quantization: { mode: 'affine', bits: 4, groupSize: 32 }, layers: 1 }).get('model.safetensors') ?? new Uint8Array();
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const { __metadata__, ...tensors } = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length))) as Record<string, Header>;
  expect(__metadata__).toEqual({ format: 'mlx' });
  expect(tensors['model.layers.0.self_attn.q_proj.weight']).toMatchObject({ dtype: 'U32', shape: [128, 16] });
  let end = 0;
  for (const { data_offsets: [from, to] } of Object.values(tensors)) {
    expect(from).toBe(end);
    end = to;
  }
  expect(file.length).toBe(8 + length + end);
});

test('config.json tells the quantization', () => {
  expect(json(createTinyCheckpoint(), 'config.json')).not.toHaveProperty('quantization');
  const config = json(createTinyCheckpoint({ quantization: { mode: 'affine', bits: 8, groupSize: 64 } }), 'config.json');
  expect(config).toMatchObject({ model_type: 'llama', quantization: { bits: 8, group_size: 64, mode: 'affine' }, eos_token_id: 257 });
});

test('the byte tokenizer and tokenizer.json are the same', () => {
  const files = createTinyCheckpoint();
  const theirs = new Tokenizer(json(files, 'tokenizer.json'), json(files, 'tokenizer_config.json'));
  const ours = createByteTokenizer();
  for (const text of ['Hello there', 'Hällo wörld 😀\n\ttabs', ours.applyChatTemplate([{ role: 'user', content: 'Hi!' }])]) {
    const ids = ours.encode(text);
    expect([...theirs.encode(text).ids]).toEqual(ids);
    expect(ours.decode(ids)).toBe(text.replace(/<\|im_(start|end)\|>/g, ''));
  }
});

test('half characters wait for their other half', () => {
  const detokenizer = createByteTokenizer().detokenizer();
  expect([[0xf0], [0x9f, 0x98], [0x80, 0x41]].map((ids) => detokenizer.push(ids))).toEqual(['', '', '😀A']);
  expect(detokenizer.push([0xc3])).toBe('');
  expect(detokenizer.flush()).toBe('\ufffd');
});

test('a folder gets all files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mlxengine-tiny-'));
  try {
    await writeTinyCheckpoint(join(folder, 'model'));
    expect((await readdir(join(folder, 'model'))).sort()).toEqual([...createTinyCheckpoint().keys()].sort());
  } finally {
    await rm(folder, { recursive: true });
  }
});
