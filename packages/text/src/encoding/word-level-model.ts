import type { JsonNode } from '../json-node.js';
import type { TokenModel } from './token-model.js';

/** One id a piece. */
export class WordLevelModel implements TokenModel {
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #unknown: number | undefined;

  constructor(model: JsonNode, vocabulary: ReadonlyMap<string, number>) {
    this.#vocabulary = vocabulary;
    this.#unknown = vocabulary.get(model.get('unk_token').string(''));
  }

  encode(piece: string, ids: number[]): void {
    const id = this.#vocabulary.get(piece) ?? this.#unknown;
    if (id !== undefined) ids.push(id);
  }
}
