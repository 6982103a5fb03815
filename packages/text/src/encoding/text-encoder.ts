import type { JsonNode } from '../json-node.js';
import type { EncodedSequence, EncodeSequenceOptions } from '../text-tokenizer.js';
import { idOf, readVocabulary, type Vocabulary } from '../tokenizer/vocabulary.js';
import { type AddedToken, addedTokens, AddedTokenSplitter } from './added-tokens.js';
import { BpeModel } from './bpe-model.js';
import { UnigramOrWordPiece } from './library-model.js';
import { type Normalizer, normalizer } from './normalizer.js';
import { sequenceTemplates, type SequencePart } from './post-processor.js';
import { type PreTokenizer, preTokenizer } from './pre-tokenizer.js';
import type { TokenModel } from './token-model.js';
import { longestFirst } from './truncate.js';
import { WordLevelModel } from './word-level-model.js';

/** A part of a sequence with the id of its token. */
interface EncodedPart extends SequencePart {
  readonly id: number;
}

/** Text to ids, by the steps of a tokenizer.json: added tokens, normalizer, pre-tokenizer, model, post-processor. */
export class TokenizerEncoder {
  readonly vocabulary: Vocabulary;
  readonly #raw: AddedTokenSplitter;
  readonly #normalized: AddedTokenSplitter;
  readonly #normalize: Normalizer | undefined;
  readonly #preTokenize: PreTokenizer;
  readonly #model: TokenModel;
  readonly #single: readonly EncodedPart[];
  readonly #pair: readonly EncodedPart[];

  /** @throws `TokenizerError` that names the part of the file that is wrong or not supported */
  constructor(file: JsonNode) {
    const model = file.get('model');
    const added = addedTokens(file.get('added_tokens'));
    this.vocabulary = readVocabulary(model, added);
    this.#normalize = normalizer(file.get('normalizer'));
    this.#raw = new AddedTokenSplitter(byText(added.filter(({ normalized }) => !normalized)));
    this.#normalized = new AddedTokenSplitter(byText(added.filter(({ normalized }) => normalized), this.#normalize));
    this.#preTokenize = preTokenizer(file.get('pre_tokenizer'));
    this.#model = tokenModel(model, this.vocabulary.modelIds);
    const { single, pair } = sequenceTemplates(file.get('post_processor'));
    const toId = (token: string): number => idOf(this.vocabulary, token) ?? file.get('post_processor').fail(`tokens of the vocabulary; "${token}" is not`);
    const encoded = (part: SequencePart): EncodedPart => ({ ...part, id: part.kind === 'token' ? toId(part.token) : 0 });
    this.#single = single.map(encoded);
    this.#pair = pair.map(encoded);
  }

  encode(text: string, addSpecialTokens: boolean): number[] {
    const ids = this.#encodeAll(text);
    return addSpecialTokens ? this.#single.flatMap(({ kind, id }) => (kind === 'token' ? [id] : ids)) : ids;
  }

  /** @param keep - which ids of a text that is too long stay */
  encodeSequence(text: string, { pair, maximumLength = Infinity }: EncodeSequenceOptions, keep: 'first' | 'last'): EncodedSequence {
    const template = pair === undefined ? this.#single : this.#pair;
    const texts = { first: this.#encodeAll(text), second: pair === undefined ? [] : this.#encodeAll(pair) };
    const most = Math.max(0, maximumLength - template.filter(({ kind }) => kind === 'token').length);
    const [first, second] = longestFirst([texts.first.length, texts.second.length], most);
    const cut = (ids: readonly number[], length: number): readonly number[] => (keep === 'first' ? ids.slice(0, length) : ids.slice(ids.length - length));
    const whole = { first: cut(texts.first, first), second: cut(texts.second, second) };
    const parts = template.map(({ kind, id, type }) => ({ ids: kind === 'token' ? [id] : whole[kind], type }));
    return { ids: parts.flatMap(({ ids }) => ids), types: parts.flatMap(({ ids, type }) => ids.map(() => type)) };
  }

  #encodeAll(text: string): number[] {
    const ids: number[] = [];
    for (const part of this.#raw.split(text)) {
      if ('token' in part) ids.push(part.token.id);
      else this.#encodeText(part.text, part.start === 0, ids);
    }
    return ids;
  }

  #encodeText(text: string, atStart: boolean, ids: number[]): void {
    const normalized = this.#normalize === undefined ? text : this.#normalize(text);
    for (const part of this.#normalized.split(normalized)) {
      if ('token' in part) ids.push(part.token.id);
      else for (const piece of this.#preTokenize([part.text], atStart && part.start === 0)) this.#model.encode(piece, ids);
    }
  }
}

function byText(tokens: readonly AddedToken[], normalize: Normalizer | undefined = undefined): ReadonlyMap<string, AddedToken> {
  return new Map(tokens.map((token) => [normalize === undefined ? token.content : normalize(token.content), token]));
}

function tokenModel(model: JsonNode, vocabulary: ReadonlyMap<string, number>): TokenModel {
  const type = model.get('type').isNothing ? inferredType(model) : model.get('type').string();
  switch (type) {
    case 'BPE':
      return new BpeModel(model, vocabulary);
    case 'Unigram':
    case 'WordPiece':
      return new UnigramOrWordPiece(model, vocabulary);
    case 'WordLevel':
      return new WordLevelModel(model, vocabulary);
    default:
      throw model.unsupported('model', type);
  }
}

/** Files of old versions of tokenizers have no type. */
function inferredType(model: JsonNode): string {
  if (!model.get('merges').isNothing) return 'BPE';
  if (Array.isArray(model.get('vocab').value)) return 'Unigram';
  return model.get('continuing_subword_prefix').isNothing ? 'WordLevel' : 'WordPiece';
}
