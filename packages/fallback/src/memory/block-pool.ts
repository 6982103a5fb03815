import { OutOfMemoryError } from '@mlxengine/core';
import { addressableBytes, pageBytes } from '../kernels/instantiate-kernels.js';

/** Blocks of the cache, at the end of the memory, which grows when none is free. */
export class BlockPool {
  readonly #memory: WebAssembly.Memory;
  readonly #blockBytes: number;
  readonly #free: number[] = [];
  #end: number;

  constructor(memory: WebAssembly.Memory, begin: number, blockBytes: number) {
    this.#memory = memory;
    this.#blockBytes = blockBytes;
    this.#end = begin;
  }

  /** Address of a block that nobody uses. @throws `OutOfMemoryError` */
  take(): number {
    const known = this.#free.pop();
    if (known !== undefined) return known;
    const address = this.#end;
    this.#grow(address + this.#blockBytes);
    this.#end = address + this.#blockBytes;
    return address;
  }

  give(blocks: readonly number[]): void {
    this.#free.push(...blocks);
  }

  #grow(neededBytes: number): void {
    const missing = Math.ceil((neededBytes - this.#memory.buffer.byteLength) / pageBytes);
    if (missing <= 0) return;
    const exhausted = (cause?: unknown): OutOfMemoryError =>
      new OutOfMemoryError('memory.exhausted', { what: 'The KV cache of the fallback backend', neededBytes }, { cause });
    if (neededBytes > addressableBytes) throw exhausted();
    try {
      this.#memory.grow(missing);
    } catch (error) {
      throw exhausted(error);
    }
  }
}
