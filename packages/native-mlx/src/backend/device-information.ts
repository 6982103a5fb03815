import type { DeviceInformation } from '@mlxengine/core/backend';
import type { NativeDevice } from '../abi/native-addon.js';

/** A device in core's words. */
export function deviceInformation({ kind, name, memoryBytes }: NativeDevice): DeviceInformation {
  return { kind, name: name || kind, ...(memoryBytes > 0 && { memoryBytes }) };
}

/** The best of the devices that work: a GPU before the CPU. */
export function bestDevice(devices: readonly NativeDevice[]): NativeDevice | undefined {
  const working = devices.filter(({ failure }) => failure === '');
  return working.find(({ type }) => type === 'gpu') ?? working[0];
}
