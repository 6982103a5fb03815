import { checkMemoryLimits, type InferenceBackend, type MemoryLimits } from '@mlxengine/core/backend';
import { chooseDevice, unavailable } from './backend/choose-device.js';
import { MLXBackend } from './backend/mlx-backend.js';
import { createIsolatedBackend } from './isolate/create-isolated-backend.js';
import { loadAddon } from './loading/load-addon.js';
import { defaultLimits } from './memory/default-limits.js';
import { probeMLX } from './probe/probe-mlx.js';

/** Which device MLX computes on, where it lives, and how much memory it may take. Limits are MLX's own, so of the whole process. */
export interface MLXBackendOptions extends MemoryLimits {
  /** `gpu`: Metal or CUDA. Default `auto`: the GPU where MLX finds one, otherwise the CPU. */
  readonly device?: 'auto' | 'gpu' | 'cpu';
  /**
   * Whether MLX lives in a process of its own, which is started anew when it dies; default `false`. Generations then go on from
   * their tokens, what else ran is tried once more, and models are loaded again from where they came from, so their sources stay
   * in use until `unload`. A request that ends the process twice fails with a `BackendError`.
   */
  readonly isolate?: boolean;
}

/**
 * MLX as a backend. The native addon is probed in a child process before this process loads it.
 * @throws `BackendUnavailableError` where MLX or the device cannot be used here; `probeMLX` tells why at length
 */
export async function createMLXBackend({ device = 'auto', isolate = false, ...limits }: MLXBackendOptions = {}): Promise<InferenceBackend> {
  checkMemoryLimits(limits);
  const probe = await probeMLX();
  const failed = probe.checks.find(({ ok }) => !ok);
  if (!probe.available) throw unavailable(failed?.detail ?? 'the probe failed', failed?.remedy);
  const backend = isolate ? (await createIsolatedBackend(device)).backend : await createHere(device);
  try {
    await backend.setMemoryLimits?.({ ...defaultLimits(backend.device), ...limits });
    return backend;
  } catch (error) {
    await backend[Symbol.asyncDispose]();
    throw error;
  }
}

async function createHere(device: 'auto' | 'gpu' | 'cpu'): Promise<InferenceBackend> {
  const addon = loadAddon();
  return new MLXBackend(addon, await chooseDevice(addon, device));
}
