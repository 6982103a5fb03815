import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { tinyGguf, tinyMetadata } from '../../tests/support/tiny-gguf.js';
import { readVocabulary } from './gguf-vocabulary.js';
import { readGguf } from './read-gguf.js';
import { tokenizerJson } from './tokenizer-files.js';

async function tokenizer(changes: Parameters<typeof tinyMetadata>[0] = {}): Promise<Readonly<Record<string, unknown>>> {
  const header = await readGguf(new MemorySource({ f: tinyGguf({ metadata: tinyMetadata(changes) }) }), 'f');
  return tokenizerJson(header, readVocabulary(header, 8));
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
