import { BackendUnavailableError } from '@mlxengine/core';
import { createRequire } from 'node:module';
import { abiVersion, type NativeAddon, type NativeLoader } from '../abi/native-addon.js';
import { findAddon } from './find-addon.js';
import { findLibrary } from './find-library.js';
import { currentHost } from './host.js';

const require: NodeJS.Require = createRequire(import.meta.url);

/**
 * Loads the addon into this process. Probe it first: a binary that does not fit this machine takes the process with it.
 * @throws `BackendUnavailableError` where it isn't there, doesn't load or is of another version
 */
export function loadAddon(host: Parameters<typeof findLibrary>[0] = currentHost()): NativeAddon {
  const files = findAddon(host);
  const library = findLibrary(host);
  if (files === undefined || library === undefined) throw unavailable('it is not built');
  try {
    (require(files.loader) as NativeLoader).openLibrary(library.path);
    const addon = require(files.addon) as NativeAddon;
    if (addon.abiVersion === abiVersion) return addon;
  } catch (error) {
    throw unavailable((error as Error).message, error);
  }
  throw unavailable(`its ABI is not ${abiVersion}`);
}

function unavailable(reason: string, cause?: unknown): BackendUnavailableError {
  return new BackendUnavailableError('native.not-loaded', { reason }, { cause });
}
