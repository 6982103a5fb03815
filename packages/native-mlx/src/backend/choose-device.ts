import { BackendUnavailableError } from '@mlxengine/core';
import type { NativeAddon, NativeDevice } from '../abi/native-addon.js';
import { awaitRequest } from './await-request.js';
import { bestDevice } from './device-information.js';

/**
 * The device to compute on.
 * @throws `BackendUnavailableError` where there is none that works
 */
export async function chooseDevice(addon: NativeAddon, wanted: 'auto' | 'gpu' | 'cpu'): Promise<NativeDevice> {
  const end = await awaitRequest({ operation: 'Describing the devices', start: (onEvent) => addon.describe(onEvent) });
  const devices = end.type === 'devices' ? end.devices : [];
  const chosen = bestDevice(wanted === 'auto' ? devices : devices.filter(({ type }) => type === wanted));
  if (chosen === undefined) throw unavailable(`no ${wanted === 'auto' ? 'device' : wanted} that works was found`);
  return chosen;
}

/** The error for MLX that cannot be used here. */
export function unavailable(reason: string, remedy = 'See "mlxengine doctor".'): BackendUnavailableError {
  return new BackendUnavailableError('unavailable.backend', { backend: 'mlx', reason, remedy });
}
