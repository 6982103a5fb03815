import { elementTypes, type ElementType } from '../../src/kernels/element-type.js';
import { compileKernels, type KernelVariant } from '../../src/kernels/compile-kernels.js';
import { instantiateKernels, type KernelInstance, reservedBytes } from '../../src/kernels/instantiate-kernels.js';
import type { Kernels } from '../../src/kernels/kernels.js';

/** Kernels with a heap that a test fills; everything is 16 bytes apart, and what is not written is NaN. */
export class KernelMemory {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
  #end: number = reservedBytes;

  private constructor({ kernels, memory }: KernelInstance) {
    this.kernels = kernels;
    this.memory = memory;
    new Uint8Array(memory.buffer, reservedBytes).fill(0xff);
  }

  static async create(variant: KernelVariant = 'plain', bytes = 8_000_000): Promise<KernelMemory> {
    return new KernelMemory(await instantiateKernels(await compileKernels(variant), bytes));
  }

  /** Room that is NaN before and behind. */
  allocate(bytes: number): number {
    const address = this.#end;
    this.#end = Math.ceil((address + bytes + 64) / 16) * 16;
    if (this.#end > this.memory.buffer.byteLength) throw new Error('the test needs a larger memory');
    return address;
  }

  floats(values: ArrayLike<number>): number {
    const address = this.allocate(values.length * 4);
    new Float32Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }

  words(values: ArrayLike<number>): number {
    const address = this.allocate(values.length * 4);
    new Uint32Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }

  bytes(values: Uint8Array): number {
    const address = this.allocate(values.length);
    new Uint8Array(this.memory.buffer, address, values.length).set(values);
    return address;
  }

  read(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer.slice(address, address + count * 4));
  }

  /** Forgets all that was allocated. */
  clear(): void {
    new Uint8Array(this.memory.buffer, reservedBytes, this.#end - reservedBytes).fill(0xff);
    this.#end = reservedBytes;
  }
}

/** Number of an element type. */
export function typeNumber(type: ElementType): number {
  return elementTypes[type];
}
