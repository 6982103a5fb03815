import type { JsonNode } from '../json-node.js';
import { NumberHeap } from './number-heap.js';
import { PairTable } from './pair-table.js';
import { byteFallbackIds, type TokenModel } from './token-model.js';

/** Pieces whose ids are remembered; text repeats its words. */
const cachedPieces = 20_000;
const longestCachedPiece = 64;
/** A heap's entry is rank · this + position, so that the lowest rank and then the leftmost pair comes first. */
const positions = 2 ** 26;

interface Merges {
  readonly ranks: PairTable;
  /** Id of each merge's result, by rank. */
  readonly results: Int32Array;
}

/**
 * Byte-pair encoding over ids, as Python's tokenizers do it. Written anew, because `@huggingface/tokenizers` 0.2 joins
 * other pairs in about one of 700 random strings.
 */
export class BpeModel implements TokenModel {
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #merges: Merges;
  readonly #unknown: number | undefined;
  readonly #fusesUnknown: boolean;
  readonly #byteFallback: boolean;
  readonly #ignoresMerges: boolean;
  readonly #prefix: string;
  readonly #suffix: string;
  readonly #cache = new Map<string, readonly number[]>();

  /** @throws `TokenizerError` where the file's merges do not fit its vocabulary */
  constructor(model: JsonNode, vocabulary: ReadonlyMap<string, number>) {
    if (!model.get('dropout').isNothing && model.get('dropout').value !== 0) throw model.unsupported('BPE option', 'dropout');
    this.#vocabulary = vocabulary;
    this.#prefix = model.get('continuing_subword_prefix').string('');
    this.#suffix = model.get('end_of_word_suffix').string('');
    this.#merges = readMerges(model.get('merges'), vocabulary, this.#prefix);
    this.#unknown = vocabulary.get(model.get('unk_token').string(''));
    this.#fusesUnknown = model.get('fuse_unk').boolean(false);
    this.#byteFallback = model.get('byte_fallback').boolean(false);
    this.#ignoresMerges = model.get('ignore_merges').boolean(false);
  }

  encode(piece: string, ids: number[]): void {
    const cached = this.#cache.get(piece);
    const found = cached ?? this.#encode(piece);
    for (const id of found) ids.push(id);
    if (cached !== undefined || piece.length > longestCachedPiece) return;
    if (this.#cache.size >= cachedPieces) this.#cache.clear();
    this.#cache.set(piece, found);
  }

  #encode(piece: string): readonly number[] {
    const whole = this.#ignoresMerges ? this.#vocabulary.get(piece) : undefined;
    return whole === undefined ? this.#merge(this.#symbols(piece)) : [whole];
  }

  /** Ids of single characters, before any merge. */
  #symbols(piece: string): number[] {
    const symbols: number[] = [];
    const all = Array.from(piece);
    let afterUnknown = false;
    for (const [index, character] of all.entries()) {
      const text = (index === 0 ? '' : this.#prefix) + character + (index === all.length - 1 ? this.#suffix : '');
      const id = this.#vocabulary.get(text);
      const known = id === undefined ? this.#bytes(text) : [id];
      if (known !== undefined) symbols.push(...known);
      else if (this.#unknown !== undefined && !(this.#fusesUnknown && afterUnknown)) symbols.push(this.#unknown);
      afterUnknown = known === undefined;
    }
    return symbols;
  }

  #bytes(text: string): readonly number[] | undefined {
    return this.#byteFallback ? byteFallbackIds(text, this.#vocabulary) : undefined;
  }

  /** Joins neighbours, always the pair of the lowest rank, until none can be joined. */
  #merge(symbols: number[]): number[] {
    const { ranks, results } = this.#merges;
    const next = Int32Array.from(symbols, (_, index) => (index + 1 < symbols.length ? index + 1 : -1));
    const previous = Int32Array.from(symbols, (_, index) => index - 1);
    const heap = new NumberHeap();
    const offer = (left: number): void => {
      const right = left < 0 ? -1 : (next[left] as number);
      const rank = right < 0 ? -1 : ranks.get(symbols[left] as number, symbols[right] as number);
      if (rank >= 0) heap.push(rank * positions + left);
    };
    for (let index = 0; index + 1 < symbols.length; index += 1) offer(index);
    for (let entry = heap.pop(); entry !== undefined; entry = heap.pop()) {
      const left = entry % positions;
      const rank = (entry - left) / positions;
      const right = next[left] as number;
      // The pair may be gone or another one by now.
      if (right < 0 || symbols[left] === -1 || ranks.get(symbols[left] as number, symbols[right] as number) !== rank) continue;
      symbols[left] = results[rank] as number;
      symbols[right] = -1;
      const after = next[right] as number;
      next[left] = after;
      if (after >= 0) previous[after] = left;
      offer(left);
      offer(previous[left] as number);
    }
    return symbols.filter((id) => id !== -1);
  }
}

/** Merges come as `"a b"` or `["a", "b"]`. */
function readMerges(node: JsonNode, vocabulary: ReadonlyMap<string, number>, prefix: string): Merges {
  const merges = node.array();
  const ranks = new PairTable(merges.length);
  const results = new Int32Array(merges.length);
  for (const [rank, merge] of merges.entries()) {
    const [left, right] = typeof merge === 'string' ? halves(merge) : Array.isArray(merge) ? (merge as readonly unknown[]) : [];
    const leftId = vocabulary.get(left as string);
    const rightId = vocabulary.get(right as string);
    const result = leftId === undefined || rightId === undefined ? undefined : vocabulary.get((left as string) + (right as string).slice(prefix.length));
    if (leftId === undefined || rightId === undefined || result === undefined) {
      throw node.invalid(`${node.path}[${rank}] joins tokens that are not in the vocabulary`);
    }
    ranks.set(leftId, rightId, rank);
    results[rank] = result;
  }
  return { ranks, results };
}

function halves(merge: string): readonly [string, string] {
  const space = merge.indexOf(' ', 1);
  return [merge.slice(0, space), merge.slice(space + 1)];
}
