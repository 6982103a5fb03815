import type { BackendProbe } from '@mlxengine/core/backend';
import type { BackendCandidate } from './platform.js';

type NativeMLX = typeof import('@mlxengine/native-mlx');

/** MLX through the native addon, whose package is optional. */
export const mlxCandidate: BackendCandidate = {
  name: 'mlx',
  probe: async () => (await loadPackage())?.probeMLX() ?? notInstalled,
  create: async () => {
    const { createMLXBackend } = await import('@mlxengine/native-mlx');
    return createMLXBackend();
  },
};

async function loadPackage(): Promise<NativeMLX | undefined> {
  try {
    return await import('@mlxengine/native-mlx');
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

const notInstalled: BackendProbe = {
  backend: 'mlx',
  available: false,
  automatic: false,
  checks: [
    {
      name: 'package',
      ok: false,
      detail: 'the package @mlxengine/native-mlx is not installed',
      remedy: 'Install it: npm install @mlxengine/native-mlx',
    },
  ],
};
