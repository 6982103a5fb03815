import { describe, expect, it } from 'vitest';
import { memorySource } from '../../tests/support/memory-source.js';
import { byteFallbackTokenizer, byteLevelTokenizer, type TinyTokenizerOptions } from '../../tests/support/tiny-tokenizers.js';
import { JsonNode } from '../json-node.js';
import { loadTokenizer } from '../load-tokenizer.js';
import { preTokenizer } from './pre-tokenizer.js';

async function encode(text: string, options: TinyTokenizerOptions): Promise<number[]> {
  return (await loadTokenizer(memorySource({ 'tokenizer.json': byteLevelTokenizer(options) }))).encode(text);
}

function pieces(configuration: object, ...texts: readonly string[]): readonly string[] {
  return preTokenizer(new JsonNode(configuration, { source: 'test', file: 'tokenizer.json' }))(texts, true);
}

describe('byte-pair encoding', () => {
  it('joins the pair of the lowest rank first, and of equals the leftmost', async () => {
    expect(await encode('aaa', { merges: ['a a'] })).toEqual([256, 0x61]);
    expect(await encode('abc', { merges: ['b c', 'a b', 'a bc'] })).toEqual([258]);
    expect(await encode('abcab', { merges: ['a b', 'ab c'] })).toEqual([257, 256]);
  });

  it('takes long words in little more than linear time', async () => {
    const word = 'ab'.repeat(50_000);
    const start = performance.now();
    const ids = await encode(word, { merges: ['a b', 'ab ab', 'abab abab'] });
    expect(ids.length).toBe(12_500);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('writes characters that it has no token for as bytes', async () => {
    const tokenizer = await loadTokenizer(memorySource({ 'tokenizer.json': byteFallbackTokenizer(['▁', 'a']) }));
    expect(tokenizer.encode('aé', { addSpecialTokens: false })).toEqual([259, 260, 3 + 0xc3, 3 + 0xa9]);
  });

  it('takes a whole word before any merge where the file says so', async () => {
    const model = { ...(byteLevelTokenizer({ merges: ['a b', 'ab c'] })['model'] as object), ignore_merges: true, merges: [] };
    expect(await encode('abc', { merges: ['a b', 'ab c'], more: { model } })).toEqual([257]);
  });
});

describe('added tokens', () => {
  it('are found before anything else, the longest first', async () => {
    const added = [{ content: '<a>' }, { content: '<a><b>' }];
    expect(await encode('x<a><b><a>', { added })).toEqual([0x78, 257, 256]);
  });

  it('take the spaces around them where they say so', async () => {
    expect(await encode('x  <m>  y', { added: [{ content: '<m>', lstrip: true, rstrip: true }] })).toEqual([0x78, 256, 0x79]);
  });

  it('are left alone inside a word where they are to be single words', async () => {
    const added = [{ content: 'the', single_word: true }];
    expect(await encode('the', { added })).toEqual([256]);
    expect(await encode('lathe', { added })).toHaveLength(5);
    expect(await encode('the.', { added })).toEqual([256, 0x2e]);
  });
});

// The expected pieces are those of Python's tokenizers 0.23.
describe('pre-tokenizers', () => {
  it('splits numbers of every script', () => {
    expect(pieces({ type: 'Digits', individual_digits: true }, 'a12٣½')).toEqual(['a', '1', '2', '٣', '½']);
    expect(pieces({ type: 'Digits', individual_digits: false }, 'a12٣½b')).toEqual(['a', '12٣½', 'b']);
  });

  it.each([
    ['Removed', ['the', 'final']],
    ['Isolated', ['the', '-', 'final', '-', '-']],
    ['MergedWithPrevious', ['the-', 'final-', '-']],
    ['merged_with_next', ['the', '-final', '-', '-']],
    ['Contiguous', ['the', '-', 'final', '--']],
  ])('splits by the behaviour %s', (behavior, expected) => {
    expect(pieces({ type: 'Split', pattern: { String: '-' }, behavior, invert: false }, 'the-final--')).toEqual(expected);
  });

  it("splits at spaces as GPT-2 does, Unicode's spaces but not U+FEFF", () => {
    const mapped = pieces({ type: 'ByteLevel', add_prefix_space: false }, "I'll  go\u0085now\ufeff 5x");
    expect(mapped).toEqual(['I', "'ll", 'Ġ', 'Ġgo', 'Âħ', 'now', 'ï»¿', 'Ġ5', 'x']);
  });

  it('puts a mark before the first text only where the scheme says so', () => {
    const metaspace = (prepend_scheme: string): object => ({ type: 'Metaspace', replacement: '▁', prepend_scheme, split: true });
    expect(pieces(metaspace('first'), 'a b', 'c')).toEqual(['▁a', '▁b', 'c']);
    expect(pieces(metaspace('always'), 'a b', 'c')).toEqual(['▁a', '▁b', '▁c']);
    expect(pieces(metaspace('never'), 'a b', 'c')).toEqual(['a', '▁b', 'c']);
  });
});
