import { AbortedError, TokenizerError } from '@mlxengine/core';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../tests/support/memory-source.js';
import { byteFallbackTokenizer, byteLevelTokenizer } from '../tests/support/tiny-tokenizers.js';
import { loadTokenizer } from './load-tokenizer.js';

async function failure(files: Readonly<Record<string, unknown>>): Promise<TokenizerError> {
  const error: unknown = await loadTokenizer(memorySource(files, 'my/model')).catch((reason: unknown) => reason);
  if (!TokenizerError.isInstance(error)) throw error;
  return error;
}

describe('loadTokenizer', () => {
  it('counts every token, those beside the model too', async () => {
    const tokenizer = await loadTokenizer(memorySource({ 'tokenizer.json': byteLevelTokenizer({ merges: ['t h', 'th e'], added: [{ content: '<|end|>' }] }) }));
    expect(tokenizer.vocabularySize).toBe(259);
    expect(tokenizer.encode('the cat<|end|>')).toEqual([257, 0x20, 0x63, 0x61, 0x74, 258]);
    expect(tokenizer.decode([257, 258, 0x21])).toBe('the!');
  });

  it("ends answers at the given tokens and at the tokenizer's own end token, however it is written", async () => {
    const file = byteLevelTokenizer({ added: [{ content: '<a>' }, { content: '<b>' }] });
    const load = async (config: object): Promise<readonly number[]> =>
      (await loadTokenizer(memorySource({ 'tokenizer.json': file, ...config }), { endTokens: [256] })).endTokens;
    expect(await load({})).toEqual([256]);
    expect(await load({ 'tokenizer_config.json': { eos_token: '<b>' } })).toEqual([256, 257]);
    expect(await load({ 'tokenizer_config.json': { eos_token: { content: '<b>', lstrip: false } } })).toEqual([256, 257]);
    expect(await load({ 'special_tokens_map.json': { eos_token: '<b>' } })).toEqual([256, 257]);
    expect(await load({ 'tokenizer_config.json': { eos_token: '<a>' } })).toEqual([256]);
  });

  it('adds the begin token where the tokenizer does and the caller lets it', async () => {
    const tokenizer = await loadTokenizer(memorySource({ 'tokenizer.json': byteFallbackTokenizer(['▁', 'h', 'i']) }));
    expect(tokenizer.encode('hi')).toEqual([1, 259, 260, 261]);
    expect(tokenizer.encode('hi', { addSpecialTokens: false })).toEqual([259, 260, 261]);
  });

  it('names a file that is missing and says what to do', async () => {
    const error = await failure({ 'config.json': {} });
    expect(error.code).toBe('tokenizer.missing-file');
    expect(error.message).toMatch(/my\/model has no tokenizer\.json.*Download the model again/);
  });

  it.each([
    ['cut off', '{"model": {"type": "BPE", "vocab": {"a":', /tokenizer\.json of my\/model .* not JSON/],
    ['not text', new Uint8Array([0xff, 0xfe, 0x00]), /not UTF-8/],
    ['a list', [], /the file is an array, expected an object/],
    ['without a model', {}, /model is missing, expected an object/],
    ['with a vocabulary of another kind', { model: { type: 'BPE', vocab: 'x', merges: [] } }, /model\.vocab is "x", expected an object/],
    ['with ids that are no integers', { model: { type: 'BPE', vocab: { a: 0.5 }, merges: [] } }, /id 0\.5, expected a non-negative integer/],
    ['with an id that would need gigabytes', { model: { type: 'BPE', vocab: { a: 4_000_000_000 }, merges: [] } }, /expected less than/],
    ['with merges of unknown tokens', { model: { type: 'BPE', vocab: { a: 0 }, merges: ['a b'] } }, /model\.merges\[0\] joins tokens that are not in the vocabulary/],
    ['with an added token without text', { ...byteLevelTokenizer(), added_tokens: [{ id: 3 }] }, /added_tokens\[0\]\.content is missing/],
    ['with an expression that does not work', byteLevelTokenizer({ more: { pre_tokenizer: { type: 'Split', pattern: { Regex: '(' }, behavior: 'Isolated' } } }), /regular expression/],
  ])('names what is wrong in a file that is %s', async (_, content, message) => {
    const error = await failure({ 'tokenizer.json': content });
    expect(error.code).toBe('tokenizer.invalid');
    expect(error.message).toMatch(message);
  });

  it.each([
    ['pre-tokenizer', { pre_tokenizer: { type: 'UnicodeScripts' } }],
    ['normalizer', { normalizer: { type: 'Nmt' } }],
    ['decoder', { decoder: { type: 'CTC' } }],
    ['post-processor', { post_processor: { type: 'Other' } }],
    ['model', { model: { type: 'Neural', vocab: {} } }],
  ])('names a %s of a kind that it does not know', async (part, more) => {
    const error = await failure({ 'tokenizer.json': byteLevelTokenizer({ more }) });
    expect(error.code).toBe('tokenizer.unsupported');
    expect(error.message).toContain(part);
  });

  it('names the broken one of the other files', async () => {
    const error = await failure({ 'tokenizer.json': byteLevelTokenizer(), 'tokenizer_config.json': '{' });
    expect(error.message).toMatch(/tokenizer_config\.json of my\/model/);
  });

  it('is aborted by its signal, with the reason', async () => {
    const source = memorySource({ 'tokenizer.json': byteLevelTokenizer() });
    const error: unknown = await loadTokenizer(source, { signal: AbortSignal.abort('enough') }).catch((reason: unknown) => reason);
    expect(AbortedError.isInstance(error)).toBe(true);
    expect((error as AbortedError).cause).toBe('enough');
  });
});
