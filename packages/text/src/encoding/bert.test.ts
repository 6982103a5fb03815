import { describe, expect, it } from 'vitest';
import { memorySource } from '../../tests/support/memory-source.js';
import { JsonNode } from '../json-node.js';
import { loadTokenizer } from '../load-tokenizer.js';
import { bertNormalizer } from './bert-normalizer.js';
import { longestFirst } from './truncate.js';

function normalize(text: string, settings: object = {}): string {
  return bertNormalizer(new JsonNode({ type: 'BertNormalizer', ...settings }, { source: 'test', file: 'tokenizer.json' }))(text);
}

const words = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'how', 'many', 'people', 'live', 'in', 'berlin', '##er', '?', 'a', 'b'];

function file(processor: object): Record<string, unknown> {
  return {
    normalizer: { type: 'BertNormalizer' },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100, vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
    post_processor: processor,
    added_tokens: words.slice(0, 4).map((content, id) => ({ id, content, special: true })),
    decoder: { type: 'WordPiece' },
  };
}

const text = (id: 'A' | 'B', type: number): object => ({ Sequence: { id, type_id: type } });
const token = (id: string, type: number): object => ({ SpecialToken: { id, type_id: type } });
const templates = {
  type: 'TemplateProcessing',
  single: [token('[CLS]', 0), text('A', 0), token('[SEP]', 0)],
  pair: [token('[CLS]', 0), text('A', 0), token('[SEP]', 0), text('B', 1), token('[SEP]', 1)],
};

// What Python's tokenizers 0.23 give.
describe('BERT\'s normalizer', () => {
  it.each([
    ['Café ÀÉ', 'cafe ae'],
    ['ΣΊΣΥΦΟΣ', 'σισυφοσ'],
    ['北京x\u{20000}', ' 北  京 x \u{20000} '],
    ['a\u0000b\u200bc\u00a0d\te', 'abc d e'],
    ['\u{1ae0}\u{890}', '\u{1ae0}\u{890}'],
  ])('%j becomes %j', (given, expected) => expect(normalize(given)).toBe(expected));

  it('leaves alone what it is told to', () => {
    expect(normalize('É北\u0007', { lowercase: false, handle_chinese_chars: false, clean_text: false })).toBe('É北\u0007');
    expect(normalize('É', { lowercase: true, strip_accents: false })).toBe('é');
    expect(normalize('É', { lowercase: false, strip_accents: true })).toBe('E');
  });
});

describe('whole sequences', () => {
  it('have segments and the tokens around two texts that the template says', async () => {
    const tokenizer = await loadTokenizer(memorySource({ 'tokenizer.json': file(templates), 'tokenizer_config.json': { model_max_length: 512 } }));
    expect(tokenizer.encodeSequence('How many?')).toEqual({ ids: [2, 4, 5, 11, 3], types: [0, 0, 0, 0, 0] });
    expect(tokenizer.encodeSequence('How?', { pair: 'Berliner live' })).toEqual({ ids: [2, 4, 11, 3, 9, 10, 7, 3], types: [0, 0, 0, 0, 1, 1, 1, 1] });
    expect(tokenizer.maximumLength).toBe(512);
  });

  it('have two ends between two texts of RoBERTa', async () => {
    const processor = { type: 'RobertaProcessing', cls: ['[CLS]', 2], sep: ['[SEP]', 3] };
    const tokenizer = await loadTokenizer(memorySource({ 'tokenizer.json': file(processor), 'tokenizer_config.json': { model_max_length: 1e30 } }));
    expect(tokenizer.encodeSequence('a', { pair: 'b' })).toEqual({ ids: [2, 12, 3, 3, 13, 3], types: [0, 0, 0, 0, 0, 0] });
    expect(tokenizer.maximumLength).toBeUndefined();
  });

  it('are cut within, so that the tokens around stay', async () => {
    const load = (side: object) => loadTokenizer(memorySource({ 'tokenizer.json': file(templates), 'tokenizer_config.json': side }));
    expect((await load({})).encodeSequence('how many people', { maximumLength: 4 }).ids).toEqual([2, 4, 5, 3]);
    expect((await load({ truncation_side: 'left' })).encodeSequence('how many people', { maximumLength: 4 }).ids).toEqual([2, 5, 6, 3]);
    expect((await load({})).encodeSequence('how', { pair: 'a b a b', maximumLength: 6 }).ids).toEqual([2, 4, 3, 12, 13, 3]);
  });

  it.each([[[5, 9], 20, [5, 9]], [[5, 9], 11, [5, 6]], [[9, 5], 11, [6, 5]], [[9, 8], 11, [5, 6].reverse()], [[8, 9], 11, [5, 6]], [[30, 40], 7, [3, 4]]] as const)(
    '%j of at most %i are %j', (lengths, most, expected) => expect(longestFirst(lengths, most)).toEqual(expected));
});
