import type { BackendProbe } from '@mlxengine/core/backend';
import type { BackendCandidate } from './platform.js';

type NativeMLX = typeof import('@mlxengine/native-mlx');

/** MLX through the native addon, whose package is optional. */
export const mlxCandidate: BackendCandidate = {
  name: 'mlx',
  experimental: [],
  isolates: true,
  probe: async () => (await loadPackage())?.probeMLX() ?? notInstalled,
  create: async ({ isolate = false }) => {
    const { createMLXBackend } = await import('@mlxengine/native-mlx');
    return createMLXBackend({ isolate });
  },
};

async function loadPackage(): Promise<NativeMLX | undefined> {
  try {
    return await import('@mlxengine/native-mlx');
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    // Another module that is missing is a broken installation, not a package that was left out.
    if (code === 'ERR_MODULE_NOT_FOUND' && message.includes("'@mlxengine/native-mlx'")) return undefined;
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
