/** Which build of the kernels. */
export type KernelVariant = 'plain' | 'relaxed';

/** The binary of a variant. */
export async function kernelBinary(variant: KernelVariant): Promise<Uint8Array<ArrayBuffer>> {
  const { bytes } = variant === 'relaxed' ? await import('../generated/kernels-relaxed.js') : await import('../generated/kernels-plain.js');
  return Uint8Array.from(atob(bytes), (character) => character.charCodeAt(0));
}

/** Compiles a variant; a module can go to any worker. */
export async function compileKernels(variant: KernelVariant): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await kernelBinary(variant));
}
