import { kernelBinary, type KernelVariant } from './kernels/compile-kernels.js';

/** What this host can do. */
export interface HostFeatures {
  readonly webAssembly: boolean;
  readonly simd: boolean;
  readonly relaxedSimd: boolean;
  /** Whether memory can be shared between threads. */
  readonly sharedMemory: boolean;
}

/** Finds out by validating the very modules that would run. */
export async function detectFeatures(): Promise<HostFeatures> {
  const webAssembly = typeof WebAssembly === 'object' && typeof WebAssembly.validate === 'function';
  return {
    webAssembly,
    simd: webAssembly && (await validates('plain')),
    relaxedSimd: webAssembly && (await validates('relaxed')),
    sharedMemory: typeof SharedArrayBuffer === 'function',
  };
}

async function validates(variant: KernelVariant): Promise<boolean> {
  return WebAssembly.validate(await kernelBinary(variant));
}
