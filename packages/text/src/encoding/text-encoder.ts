import type { JsonNode } from '../json-node.js';
import { idOf, readVocabulary, type Vocabulary } from '../tokenizer/vocabulary.js';
import { type AddedToken, addedTokens, AddedTokenSplitter } from './added-tokens.js';
import { BpeModel } from './bpe-model.js';
import { UnigramOrWordPiece } from './library-model.js';
import { type Normalizer, normalizer } from './normalizer.js';
import { surroundingTokens } from './post-processor.js';
import { type PreTokenizer, preTokenizer } from './pre-tokenizer.js';
import type { TokenModel } from './token-model.js';
import { WordLevelModel } from './word-level-model.js';

/** Text to ids, by the steps of a tokenizer.json: added tokens, normalizer, pre-tokenizer, model, post-processor. */
export class TokenizerEncoder {
  readonly vocabulary: Vocabulary;
  readonly #raw: AddedTokenSplitter;
  readonly #normalized: AddedTokenSplitter;
  readonly #normalize: Normalizer | undefined;
  readonly #preTokenize: PreTokenizer;
  readonly #model: TokenModel;
  readonly #before: readonly number[];
  readonly #after: readonly number[];

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
    const { before, after } = surroundingTokens(file.get('post_processor'));
    const toId = (token: string): number => idOf(this.vocabulary, token) ?? file.get('post_processor').fail(`tokens of the vocabulary; "${token}" is not`);
    this.#before = before.map(toId);
    this.#after = after.map(toId);
  }

  encode(text: string, addSpecialTokens: boolean): number[] {
    const ids: number[] = addSpecialTokens ? [...this.#before] : [];
    for (const part of this.#raw.split(text)) {
      if ('token' in part) ids.push(part.token.id);
      else this.#encodeText(part.text, part.start === 0, ids);
    }
    if (addSpecialTokens) ids.push(...this.#after);
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
