import { blockTokens } from '../lowering/state-layout.js';
import type { BlockPool } from './block-pool.js';
import type { MemoryViews } from './memory-views.js';

/** One sequence in the cache: its tokens and the blocks that hold their keys and values. */
export class Sequence {
  /** Address of the block table that kernels read. */
  readonly table: number;
  readonly #pool: BlockPool;
  readonly #views: MemoryViews;
  readonly #blocks: number[] = [];
  #tokens: number[] = [];

  constructor(table: number, pool: BlockPool, views: MemoryViews) {
    this.table = table;
    this.#pool = pool;
    this.#views = views;
  }

  get length(): number {
    return this.#tokens.length;
  }

  /** Makes room for `count` more tokens. @throws `OutOfMemoryError` */
  reserve(count: number): void {
    const needed = Math.ceil((this.#tokens.length + count) / blockTokens);
    while (this.#blocks.length < needed) {
      const block = this.#pool.take();
      this.#views.words[(this.table >>> 2) + this.#blocks.length] = block;
      this.#blocks.push(block);
    }
  }

  /** Tokens whose keys and values have been written behind the others. */
  commit(tokens: readonly number[]): void {
    for (const token of tokens) this.#tokens.push(token);
  }

  /** How many leading tokens of a prompt are here. */
  commonPrefix(prompt: ArrayLike<number>): number {
    const most = Math.min(prompt.length, this.#tokens.length);
    let length = 0;
    while (length < most && prompt[length] === this.#tokens[length]) length++;
    return length;
  }

  /** Forgets all but the first `length` tokens, and gives the blocks behind them back. */
  truncate(length: number): void {
    if (length < this.#tokens.length) this.#tokens.length = length;
    this.#pool.give(this.#blocks.splice(Math.ceil(this.#tokens.length / blockTokens)));
  }
}
