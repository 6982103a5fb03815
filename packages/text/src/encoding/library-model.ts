import type { JsonNode } from '../json-node.js';
import { type LibraryModel, Unigram, WordPiece } from './library.js';
import { byteFallbackIds, type TokenModel } from './token-model.js';

/** Unigram and WordPiece, done by `@huggingface/tokenizers`. */
export class UnigramOrWordPiece implements TokenModel {
  readonly #model: LibraryModel;
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #unknown: number | undefined;
  readonly #byteFallback: boolean;

  constructor(model: JsonNode, vocabulary: ReadonlyMap<string, number>) {
    this.#vocabulary = vocabulary;
    this.#byteFallback = model.get('byte_fallback').boolean(false);
    try {
      this.#model = create(model);
    } catch (cause) {
      throw model.invalid(`the model could not be built (${(cause as Error).message})`, cause);
    }
    this.#unknown = this.#model.unk_token_id;
  }

  encode(piece: string, ids: number[]): void {
    for (const token of this.#model([piece])) {
      const id = this.#vocabulary.get(token);
      const found = id === undefined ? this.#bytes(token) : [id];
      if (found !== undefined) ids.push(...found);
      else if (this.#unknown !== undefined) ids.push(this.#unknown);
    }
  }

  #bytes(token: string): readonly number[] | undefined {
    return this.#byteFallback ? byteFallbackIds(token, this.#vocabulary) : undefined;
  }
}

function create(model: JsonNode): LibraryModel {
  return model.get('type').value === 'WordPiece' ? new WordPiece(model.value) : new Unigram(model.value, '');
}
