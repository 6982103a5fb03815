import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { tinyGguf, tinyMetadata } from '../../tests/support/tiny-gguf.js';
import { readVocabulary } from './gguf-vocabulary.js';
import { readGguf } from './read-gguf.js';
import { tokenizerJson } from './tokenizer-files.js';

type Changes = Parameters<typeof tinyMetadata>[0];

async function tokenizer(changes: Changes = {}): Promise<Readonly<Record<string, unknown>>> {
  const header = await readGguf(new MemorySource({ f: tinyGguf({ metadata: tinyMetadata(changes) }) }), 'f');
  return tokenizerJson(header, readVocabulary(header, 1000));
}

test('smollm splits digits one by one, then as GPT-2', async () => {
  expect(await tokenizer()).toMatchObject({
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [
      { type: 'Digits', individual_digits: true }, { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    ] },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', ignore_merges: false, vocab: { a: 3, ab: 5 }, merges: ['a b'] },
  });
});

test('control tokens are special, tokens of the user are not, both are found in text', async () => {
  const { added_tokens: added } = await tokenizer();
  expect(added).toEqual([
    ...['<|endoftext|>', '<|im_start|>', '<|im_end|>'].map((content, id) => expect.objectContaining({ id, content, special: true })),
    expect.objectContaining({ id: 7, content: 'c', special: false }),
  ]);
});

test('llama-bpe begins a text with BOS unless the file says no', async () => {
  const pre = { 'tokenizer.ggml.pre': ['tokenizer.ggml.pre', 8, 'llama-bpe'] } as const;
  expect((await tokenizer(pre))['post_processor']).toBeNull();
  expect(await tokenizer({ ...pre, 'tokenizer.ggml.add_bos_token': undefined })).toMatchObject({
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<|im_start|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      special_tokens: { '<|im_start|>': { ids: [1] } },
    },
    model: { ignore_merges: true },
  });
});

test('GPT-2\'s tokenizer does not split digits', async () => {
  expect(await tokenizer({ 'tokenizer.ggml.pre': ['tokenizer.ggml.pre', 8, 'gpt-2'] })).toMatchObject({ pre_tokenizer: { type: 'ByteLevel', use_regex: true } });
});

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
const pieces = ['<unk>', '<s>', '</s>', ...bytes, '▁a', '▁', 'a'];

/** Metadata of a SentencePiece tokenizer, as llama.cpp's converter writes it for Llama 2. */
function sentencePiece(changes: Changes = {}): Changes {
  return {
    'tokenizer.ggml.model': ['tokenizer.ggml.model', 8, 'llama'],
    'tokenizer.ggml.pre': undefined,
    'tokenizer.ggml.merges': undefined,
    'tokenizer.ggml.add_bos_token': undefined,
    'tokenizer.ggml.tokens': ['tokenizer.ggml.tokens', 9, { type: 8, items: pieces }],
    'tokenizer.ggml.token_type': ['tokenizer.ggml.token_type', 9, { type: 5, items: [2, 3, 3, ...bytes.map(() => 6), 1, 1, 1] }],
    'tokenizer.ggml.scores': ['tokenizer.ggml.scores', 9, { type: 6, items: pieces.map((_, id) => -id) }],
    'tokenizer.ggml.unknown_token_id': ['tokenizer.ggml.unknown_token_id', 4, 0],
    ...changes,
  };
}

test('SentencePiece becomes BPE with merges by score, bytes for what has no piece, and a space before the text', async () => {
  expect(await tokenizer(sentencePiece())).toMatchObject({
    normalizer: { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: '▁' }, { type: 'Replace', pattern: { String: ' ' }, content: '▁' }] },
    pre_tokenizer: null,
    post_processor: { single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }] },
    model: { unk_token: '<unk>', fuse_unk: true, byte_fallback: true, merges: ['▁ a'] },
  });
});

test('no space comes before the text where the file says so', async () => {
  const found = await tokenizer(sentencePiece({ 'tokenizer.ggml.add_space_prefix': ['tokenizer.ggml.add_space_prefix', 7, 0] }));
  expect(found).toMatchObject({ normalizer: { normalizers: [{ type: 'Replace' }] } });
  expect(JSON.stringify(found['decoder'])).not.toContain('Strip');
});

test.each<readonly [string, string, Changes]>([
  ['a character map', 'gguf.unsupported', { x: ['tokenizer.ggml.precompiled_charsmap', 9, { type: 0, items: [1] }] }],
  ['removing of spaces', 'gguf.unsupported', { x: ['tokenizer.ggml.remove_extra_whitespaces', 7, 1] }],
  ['no scores', 'gguf.invalid-value', { 'tokenizer.ggml.scores': undefined }],
  ['no token for a byte', 'gguf.invalid-value', {
    'tokenizer.ggml.tokens': ['tokenizer.ggml.tokens', 9, { type: 8, items: pieces.map((piece) => (piece === '<0x7F>' ? 'x' : piece)) }],
  }],
  ['spaces in a token of the user', 'gguf.unsupported', {
    'tokenizer.ggml.token_type': ['tokenizer.ggml.token_type', 9, { type: 5, items: [2, 3, 3, ...bytes.map(() => 6), 4, 1, 1] }],
  }],
])('SentencePiece with %s is refused', async (_, code, changes) => {
  await expect(tokenizer(sentencePiece(changes))).rejects.toMatchObject({ code });
});
