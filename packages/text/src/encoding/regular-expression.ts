import type { JsonNode } from '../json-node.js';
import { SplitPreTokenizer } from './library.js';

/**
 * The regular expression of a `pattern` in tokenizer.json, `{ "String": … }` or `{ "Regex": … }`, global and
 * Unicode-aware. Oniguruma's syntax is translated by `@huggingface/tokenizers`.
 */
export function regularExpression(pattern: JsonNode): RegExp {
  const text = pattern.get('String');
  if (!text.isNothing) return new RegExp(escape(text.string()), 'gu');
  return translate(pattern.get('Regex').string(), pattern);
}

/** Translates an expression in Oniguruma's syntax, which is what Python's tokenizers use. */
export function translate(expression: string, origin: JsonNode): RegExp {
  let translated: RegExp | null;
  try {
    ({ pattern: translated } = new SplitPreTokenizer({ type: 'Split', pattern: { Regex: expression }, behavior: 'Isolated', invert: false }));
  } catch (cause) {
    throw origin.invalid(`${origin.path} has a regular expression that does not work in JavaScript (${(cause as Error).message})`, cause);
  }
  return translated ?? origin.fail('a pattern');
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
