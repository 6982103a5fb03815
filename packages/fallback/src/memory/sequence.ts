import { blockTokens } from '../lowering/state-layout.js';
import type { CachePool } from './cache-pool.js';
import type { MemoryViews } from './memory-views.js';

/** Sizes of what a sequence keeps, in bytes; 0 where a model has nothing of the kind. */
export interface SequenceSizes {
  /** Of a block, which holds what some tokens leave in all states that grow. */
  readonly blockBytes: number;
  /** Of the states that stay as large as they are. */
  readonly stateBytes: number;
}

/** One sequence in the cache: its tokens, the blocks that they fill, and its states of fixed size. */
export class Sequence {
  /** Address of the block table that kernels read. */
  readonly table: number;
  readonly #sizes: SequenceSizes;
  readonly #pool: CachePool;
  readonly #views: MemoryViews;
  readonly #blocks: number[] = [];
  #tokens: number[] = [];
  #states: number | undefined;
  #stepping = false;

  constructor(table: number, sizes: SequenceSizes, pool: CachePool, views: MemoryViews) {
    this.table = table;
    this.#sizes = sizes;
    this.#pool = pool;
    this.#views = views;
  }

  get length(): number {
    return this.#tokens.length;
  }

  /** Address of the states of fixed size; 0 where there are none. */
  get states(): number {
    return this.#states ?? 0;
  }

  /**
   * Makes room for `count` more tokens, and begins the step that computes them: until {@link commit} the states of fixed size
   * may be half-way. @throws `OutOfMemoryError`
   */
  beginStep(count: number): void {
    const { blockBytes, stateBytes } = this.#sizes;
    const needed = blockBytes === 0 ? 0 : Math.ceil((this.#tokens.length + count) / blockTokens);
    while (this.#blocks.length < needed) {
      const block = this.#pool.take(blockBytes);
      this.#views.words[(this.table >>> 2) + this.#blocks.length] = block;
      this.#blocks.push(block);
    }
    if (stateBytes === 0) return;
    if (this.#states === undefined) {
      this.#states = this.#pool.take(stateBytes);
      this.#views.bytes.fill(0, this.#states, this.#states + stateBytes);
    }
    this.#stepping = true;
  }

  /** Ends a step: its tokens are part of the sequence now. */
  commit(tokens: readonly number[]): void {
    for (const token of tokens) this.#tokens.push(token);
    this.#stepping = false;
  }

  /**
   * Keeps the leading tokens that a prompt has too, at most `most`, and forgets the others. States of fixed size cannot go back:
   * where they have seen more, or a step was left half-way, nothing is kept.
   * @returns how many tokens are kept
   */
  keepPrefix(prompt: ArrayLike<number>, most: number): number {
    const end = Math.min(most, this.#tokens.length);
    let length = 0;
    while (length < end && prompt[length] === this.#tokens[length]) length++;
    const lost = this.#states !== undefined && (this.#stepping || length < this.#tokens.length);
    this.#truncate(lost ? 0 : length);
    return this.#tokens.length;
  }

  /** Forgets all tokens, and gives all memory back. */
  clear(): void {
    this.#truncate(0);
  }

  #truncate(length: number): void {
    const { blockBytes, stateBytes } = this.#sizes;
    if (length < this.#tokens.length) this.#tokens.length = length;
    for (const block of this.#blocks.splice(Math.ceil(this.#tokens.length / blockTokens))) this.#pool.give(block, blockBytes);
    if (this.#tokens.length > 0 || this.#states === undefined) return;
    this.#pool.give(this.#states, stateBytes);
    this.#states = undefined;
    this.#stepping = false;
  }
}
