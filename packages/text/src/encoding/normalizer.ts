import type { JsonNode } from '../json-node.js';
import { bertNormalizer } from './bert-normalizer.js';
import { LibraryTokenizer } from './library.js';
import { precompiledNormalizer } from './precompiled-normalizer.js';

/** Brings text into the form that the model was trained on. */
export type Normalizer = (text: string) => string;

/**
 * The normalizer of a tokenizer.json, BERT's and SentencePiece's aside done by `@huggingface/tokenizers`; `undefined` where there is none.
 * @throws `TokenizerError` where its type is unknown
 */
export function normalizer(node: JsonNode): Normalizer | undefined {
  if (node.isNothing) return undefined;
  const type: unknown = node.get('type').value;
  if (type === 'BertNormalizer') return bertNormalizer(node);
  if (type === 'Precompiled') return precompiledNormalizer(node);
  if (type === 'Sequence') return inSequence(node.get('normalizers').items().map(normalizer));
  const empty = { model: { type: 'BPE', vocab: {}, merges: [] }, added_tokens: [], pre_tokenizer: null, post_processor: null, decoder: null };
  try {
    const { normalizer: found } = new LibraryTokenizer({ ...empty, normalizer: node.value }, {});
    return found === null ? undefined : (text) => found.normalize(text);
  } catch (cause) {
    if (/^Unknown Normalizer/.test((cause as Error).message)) throw node.unsupported('normalizer', String(type));
    throw node.invalid(`${node.path} could not be built (${(cause as Error).message})`, cause);
  }
}

function inSequence(parts: readonly (Normalizer | undefined)[]): Normalizer {
  return (text) => parts.reduce((current, part) => part?.(current) ?? current, text);
}
