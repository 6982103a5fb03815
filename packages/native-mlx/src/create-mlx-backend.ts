import { BackendUnavailableError } from '@mlxengine/core';
import type { InferenceBackend } from '@mlxengine/core/backend';
import type { NativeDevice } from './abi/native-addon.js';
import { awaitRequest } from './backend/await-request.js';
import { bestDevice } from './backend/device-information.js';
import { MLXBackend } from './backend/mlx-backend.js';
import { loadAddon } from './loading/load-addon.js';
import { probeMLX } from './probe/probe-mlx.js';

/** Which device MLX computes on. */
export interface MLXBackendOptions {
  /** `gpu`: Metal or CUDA. Default `auto`: the GPU where MLX finds one, otherwise the CPU. */
  readonly device?: 'auto' | 'gpu' | 'cpu';
}

/**
 * MLX as a backend. The native addon is probed in a child process before this process loads it.
 * @throws `BackendUnavailableError` where MLX or the device cannot be used here; `probeMLX` tells why at length
 */
export async function createMLXBackend({ device = 'auto' }: MLXBackendOptions = {}): Promise<InferenceBackend> {
  const probe = await probeMLX();
  const failed = probe.checks.find(({ ok }) => !ok);
  if (!probe.available) throw unavailable(failed?.detail ?? 'the probe failed', failed?.remedy);
  const addon = loadAddon();
  const end = await awaitRequest({ operation: 'Describing the devices', start: (onEvent) => addon.describe(onEvent) });
  const chosen = choose(end.type === 'devices' ? end.devices : [], device);
  if (chosen === undefined) throw unavailable(`no ${device === 'auto' ? 'device' : device} that works was found`);
  return new MLXBackend(addon, chosen);
}

function choose(devices: readonly NativeDevice[], wanted: 'auto' | 'gpu' | 'cpu'): NativeDevice | undefined {
  return bestDevice(wanted === 'auto' ? devices : devices.filter(({ type }) => type === wanted));
}

function unavailable(reason: string, remedy = 'See "mlxengine doctor".'): BackendUnavailableError {
  return new BackendUnavailableError('unavailable.backend', { backend: 'mlx', reason, remedy });
}
