import type { Kernels } from './kernels.js';

/** Kernels on a memory of their own. */
export interface KernelInstance {
  readonly kernels: Kernels;
  readonly memory: WebAssembly.Memory;
}

/** The first bytes of the memory hold the kernels' constants; whatever else lies behind. */
export const reservedBytes = 4096;

/** Bytes of a page of WebAssembly memory. */
export const pageBytes = 65_536;

/** Most bytes that 32-bit addresses reach. */
export const addressableBytes: number = 65_536 * pageBytes;

/**
 * Instantiates kernels on a new memory.
 * @param initialBytes - what the memory holds at first; it can grow
 * @throws RangeError where the host does not give that much memory
 */
export async function instantiateKernels(module: WebAssembly.Module, initialBytes: number): Promise<KernelInstance> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(initialBytes / pageBytes), maximum: addressableBytes / pageBytes });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const kernels = exports as unknown as Kernels;
  kernels.initialize();
  return { kernels, memory };
}
