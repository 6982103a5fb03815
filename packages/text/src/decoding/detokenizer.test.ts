import type { Tokenizer } from '@mlxengine/core';
import { describe, expect, it } from 'vitest';
import { memorySource } from '../../tests/support/memory-source.js';
import { byteFallbackTokenizer, byteLevelTokenizer } from '../../tests/support/tiny-tokenizers.js';
import { loadTokenizer } from '../load-tokenizer.js';

const load = async (file: object): Promise<Tokenizer> => loadTokenizer(memorySource({ 'tokenizer.json': file }));
const utf8 = (text: string): number[] => [...new TextEncoder().encode(text)];

/** What comes after each id, and at the end. */
function steps(tokenizer: Tokenizer, ids: readonly number[]): string[] {
  const detokenizer = tokenizer.detokenizer();
  return [...ids.map((id) => detokenizer.push([id])), detokenizer.flush()];
}

describe('byte-level detokenizing', () => {
  it('gives a character out with its last byte, never half of it', async () => {
    const tokenizer = await load(byteLevelTokenizer());
    expect(steps(tokenizer, utf8('é😀a'))).toEqual(['', 'é', '', '', '', '😀', 'a', '']);
  });

  it('writes what is left of a character at the end, and bytes that are none, as U+FFFD', async () => {
    const tokenizer = await load(byteLevelTokenizer());
    expect(steps(tokenizer, [0xf0, 0x9f])).toEqual(['', '', '\ufffd']);
    expect(steps(tokenizer, [0xc3, 0x41])).toEqual(['', '\ufffdA', '']);
    expect(tokenizer.decode([0xff, 0x41])).toBe('\ufffdA');
  });

  it('keeps a byte order mark, spaces and line ends', async () => {
    const tokenizer = await load(byteLevelTokenizer());
    const text = '\ufeff  a \r\n\n b ';
    expect(tokenizer.decode(utf8(text))).toBe(text);
  });

  it('leaves special tokens and unknown ids out, also between the bytes of a character', async () => {
    const tokenizer = await load(byteLevelTokenizer({ added: [{ content: '<s>' }, { content: '<tool>', special: false }] }));
    expect(tokenizer.decode([0xc3, 256, 0xa9, 9999, 257])).toBe('é<tool>');
    expect(tokenizer.decode(Uint32Array.of(0x41, 0x42))).toBe('AB');
    expect(tokenizer.decode([])).toBe('');
  });

  it('takes linear time over 100,000 tokens', async () => {
    const tokenizer = await load(byteLevelTokenizer());
    const time = (count: number): number => {
      const detokenizer = tokenizer.detokenizer();
      const start = performance.now();
      for (let index = 0; index < count; index += 1) detokenizer.push([0x61]);
      return performance.now() - start;
    };
    time(10_000);
    expect(time(100_000)).toBeLessThan(2000);
  });
});

describe('byte fallback', () => {
  const byte = (value: number): number => 3 + value;

  it('joins bytes to characters as they are complete', async () => {
    const tokenizer = await load(byteFallbackTokenizer(['▁a', 'b', '▁']));
    expect(steps(tokenizer, [259, ...utf8('é').map(byte), 260, ...utf8('😀').map(byte)])).toEqual(['a', '', 'é', 'b', '', '', '', '😀', '']);
  });

  it('drops the space that was put before the text, and only that', async () => {
    const tokenizer = await load(byteFallbackTokenizer(['▁a', 'b', '▁']));
    expect(steps(tokenizer, [261, 259, 259])).toEqual(['', ' a', ' a', '']);
    expect(tokenizer.decode([261, 261, 260])).toBe(' b');
  });

  it('writes bytes that are no character as U+FFFD', async () => {
    const tokenizer = await load(byteFallbackTokenizer(['b']));
    expect(steps(tokenizer, [byte(0xe4), byte(0xbd), 259])).toEqual(['', '', '\ufffd\ufffdb', '']);
    expect(steps(tokenizer, [byte(0xe4), byte(0x41)])).toEqual(['', '\ufffdA', '']);
    // As in Python, where one wrong byte spoils the run.
    expect(tokenizer.decode([byte(0xe4), byte(0x41)])).toBe('\ufffd\ufffd');
  });
});

describe('other decoders', () => {
  const words = (decoder: unknown, tokens: readonly string[]): object => ({
    model: { type: 'WordLevel', unk_token: '<unk>', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])) },
    decoder,
  });
  const decode = async (decoder: unknown, tokens: readonly string[]): Promise<readonly string[]> =>
    steps(await load(words(decoder, tokens)), tokens.map((_, id) => id));

  // The expected texts are those of Python's tokenizers 0.23.
  it.each([
    ['none', null, ['a', 'b'], ['a', ' b', '']],
    ['Metaspace', { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }, ['▁▁a', '▁b'], ['a', ' b', '']],
    ['Metaspace that puts no mark', { type: 'Metaspace', replacement: '▁', prepend_scheme: 'never' }, ['▁a', '▁b'], [' a', ' b', '']],
    ['WordPiece', { type: 'WordPiece', prefix: '##', cleanup: true }, ['do', '##n', ',', "n't"], ['do', 'n', ',', "n't", '']],
    ['BPEDecoder', { type: 'BPEDecoder', suffix: '</w>' }, ['a</w>', 'b</w>'], ['', 'a ', 'b']],
    ['Strip each', { type: 'Strip', content: '_', start: 1, stop: 1 }, ['__a_', '_b'], ['_a', 'b', '']],
    ['Strip the whole', { type: 'Sequence', decoders: [{ type: 'Fuse' }, { type: 'Strip', content: '_', start: 1, stop: 2 }] }, ['_', '_a_', '___'], ['', '_a', '__', '']],
  ])('decodes with %s', async (_, decoder, tokens, expected) => {
    expect(await decode(decoder, tokens)).toEqual(expected);
  });
});
