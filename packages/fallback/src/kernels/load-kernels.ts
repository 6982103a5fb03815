import type { Kernels } from './kernels.js';

/** Which build of the kernels. */
export type KernelVariant = 'plain' | 'relaxed';

/** A module of its own memory. */
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

/** The binary of a variant. */
export async function kernelBinary(variant: KernelVariant): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = variant === 'relaxed' ? await import('../generated/kernels-relaxed.js') : await import('../generated/kernels-plain.js');
  return Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
}

/**
 * Instantiates kernels on a new memory.
 * @param initialBytes - what the memory holds at first; it can grow
 * @throws RangeError where the host does not give that much memory
 */
export async function loadKernels(variant: KernelVariant, initialBytes: number): Promise<KernelInstance> {
  const memory = new WebAssembly.Memory({ initial: Math.ceil(initialBytes / pageBytes), maximum: addressableBytes / pageBytes });
  const { instance } = await WebAssembly.instantiate(await kernelBinary(variant), { env: { memory } });
  const kernels = instance.exports as unknown as Kernels;
  kernels.initialize();
  return { kernels, memory };
}
