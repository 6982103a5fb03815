import { OutOfMemoryError } from '@mlxengine/core';
import { addressableBytes, pageBytes } from '../kernels/instantiate-kernels.js';

/** What sequences keep, at the end of the memory, which grows when nothing of a size is free. */
export class CachePool {
  readonly #memory: WebAssembly.Memory;
  readonly #free = new Map<number, number[]>();
  #end: number;

  constructor(memory: WebAssembly.Memory, begin: number) {
    this.#memory = memory;
    this.#end = begin;
  }

  /** Address of so many bytes that nobody uses; they hold anything. @throws `OutOfMemoryError` */
  take(bytes: number): number {
    const known = this.#free.get(bytes)?.pop();
    if (known !== undefined) return known;
    const address = this.#end;
    growMemory(this.#memory, address + bytes, 'The cache of the fallback backend');
    this.#end = address + bytes;
    return address;
  }

  give(address: number, bytes: number): void {
    const free = this.#free.get(bytes);
    if (free === undefined) this.#free.set(bytes, [address]);
    else free.push(address);
  }
}

/** Makes a memory at least so large. @throws `OutOfMemoryError` */
export function growMemory(memory: WebAssembly.Memory, neededBytes: number, what: string): void {
  const missing = Math.ceil((neededBytes - memory.buffer.byteLength) / pageBytes);
  if (missing <= 0) return;
  const exhausted = (cause?: unknown): OutOfMemoryError => new OutOfMemoryError('memory.exhausted', { what, neededBytes }, { cause });
  if (neededBytes > addressableBytes) throw exhausted();
  try {
    memory.grow(missing);
  } catch (error) {
    throw exhausted(error);
  }
}
