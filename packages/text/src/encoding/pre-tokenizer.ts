import { toByteCharacters } from '../byte-level.js';
import type { JsonNode } from '../json-node.js';
import { punctuation } from './punctuation.js';
import { regularExpression, translate } from './regular-expression.js';
import { split, type SplitBehavior, splitBehavior } from './split.js';

/** Cuts pieces of text into smaller ones; `atStart` tells whether the first piece begins the whole text. */
export type PreTokenizer = (pieces: readonly string[], atStart: boolean) => readonly string[];

/** GPT-2's expression, which `ByteLevel` splits by. */
const gpt2Expression = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
/** Rust's `char::is_numeric`, which `Digits` goes by. */
const numeric = /\p{N}/gu;
const whitespace = /\p{White_Space}/gu;

/**
 * Builds the pre-tokenizer of a tokenizer.json. Written anew, because those of `@huggingface/tokenizers` 0.2 differ from
 * Python's: ASCII digits alone for `Digits`, JavaScript's `\s`, and only two of the five ways to split.
 * @throws `TokenizerError` where its type is unknown
 */
export function preTokenizer(node: JsonNode): PreTokenizer {
  if (node.isNothing) return (pieces) => pieces;
  const type = node.get('type').string();
  const build = builders.get(type);
  if (build === undefined) throw node.unsupported('pre-tokenizer', type);
  return build(node);
}

const builders: ReadonlyMap<string, (node: JsonNode) => PreTokenizer> = new Map([
  ['Sequence', sequence],
  ['ByteLevel', byteLevel],
  ['Metaspace', metaspace],
  ['Split', (node) => splitting(regularExpression(node.get('pattern')), splitBehavior(node.get('behavior')), node.get('invert').boolean(false))],
  ['Digits', (node) => splitting(numeric, node.get('individual_digits').boolean(false) ? 'Isolated' : 'Contiguous')],
  ['Punctuation', (node) => splitting(punctuation, splitBehavior(node.get('behavior'), 'Isolated'))],
  ['Whitespace', (node) => splitting(translate('\\w+|[^\\w\\s]+', node), 'Removed', true)],
  ['WhitespaceSplit', () => splitting(whitespace, 'Removed')],
  ['BertPreTokenizer', () => inSequence([splitting(whitespace, 'Removed'), splitting(punctuation, 'Isolated')])],
  ['CharDelimiterSplit', (node) => splitting(regularExpression(node.get('delimiter')), 'Removed')],
  ['FixedLength', fixedLength],
]);

function splitting(pattern: RegExp, behavior: SplitBehavior, invert = false): PreTokenizer {
  return (pieces) => pieces.flatMap((piece) => split(piece, pattern, behavior, invert));
}

function sequence(node: JsonNode): PreTokenizer {
  return inSequence(node.get('pretokenizers').items().map(preTokenizer));
}

function inSequence(parts: readonly PreTokenizer[]): PreTokenizer {
  return (pieces, atStart) => parts.reduce((current, part) => part(current, atStart), pieces);
}

function byteLevel(node: JsonNode): PreTokenizer {
  const prefixed = node.get('add_prefix_space').boolean(true);
  const pattern = node.get('use_regex').boolean(true) ? translate(gpt2Expression, node) : undefined;
  return (pieces) =>
    pieces.flatMap((piece) => {
      const text = prefixed && !piece.startsWith(' ') ? ` ${piece}` : piece;
      return (pattern === undefined ? [text] : split(text, pattern, 'Isolated', false)).map(toByteCharacters);
    });
}

function metaspace(node: JsonNode): PreTokenizer {
  const mark = node.get('replacement').string('▁');
  const scheme = prependScheme(node);
  const pattern = node.get('split').boolean(true) ? new RegExp(mark, 'gu') : undefined;
  return (pieces, atStart) =>
    pieces.flatMap((piece, index) => {
      let text = piece.replaceAll(' ', mark);
      const prepends = scheme === 'always' || (scheme === 'first' && atStart && index === 0);
      if (prepends && !text.startsWith(mark)) text = mark + text;
      return pattern === undefined ? [text] : split(text, pattern, 'MergedWithNext', false);
    });
}

/** When a mark is put before the text: `always`, `first` or `never`; older files say it by `add_prefix_space`. */
export function prependScheme(node: JsonNode): string {
  const legacy = node.get('add_prefix_space').boolean(true) ? 'always' : 'never';
  return node.get('prepend_scheme').string(legacy);
}

function fixedLength(node: JsonNode): PreTokenizer {
  const length = Math.max(1, node.get('length').index());
  return (pieces) =>
    pieces.flatMap((piece) => {
      const all = Array.from(piece);
      return Array.from({ length: Math.ceil(all.length / length) }, (_, part) => all.slice(part * length, (part + 1) * length).join(''));
    });
}
