import type { BackendLoadOptions, InferenceBackend } from '@mlxengine/core/backend';
import { chooseDevice } from '../backend/choose-device.js';
import { MLXBackend, type AddonKeeper } from '../backend/mlx-backend.js';
import { IsolatedAddon } from './isolated-addon.js';
import type { IsolatedModel } from './isolated-model.js';
import { Supervisor } from './supervisor.js';

/** A backend whose MLX lives in a process of its own, and who looks after that process. */
export interface IsolatedBackend {
  readonly backend: InferenceBackend;
  readonly supervisor: Supervisor;
}

/** The same {@link MLXBackend} as ever over an addon in another process. */
export async function createIsolatedBackend(device: 'auto' | 'gpu' | 'cpu'): Promise<IsolatedBackend> {
  const supervisor = new Supervisor();
  await supervisor.start();
  try {
    const addon = new IsolatedAddon(supervisor);
    return { backend: new MLXBackend(addon, await chooseDevice(addon, device), keeperOf(supervisor)), supervisor };
  } catch (error) {
    await supervisor.close();
    throw error;
  }
}

function keeperOf(supervisor: Supervisor): AddonKeeper {
  return {
    load(native, load, options) {
      let given = growing(options);
      return supervisor.load(native as IsolatedModel, async () => {
        await load(given);
        // Later times are none of the caller's business, whose signal may have fired long since.
        given = {};
      });
    },
    close: () => supervisor.close(),
  };
}

/** A load that begins anew tells no smaller numbers than before. */
function growing(options: BackendLoadOptions): BackendLoadOptions {
  const { onProgress } = options;
  if (onProgress === undefined) return options;
  let most = 0;
  return {
    ...options,
    onProgress: (progress) => {
      if (progress.loadedBytes < most) return;
      most = progress.loadedBytes;
      onProgress(progress);
    },
  };
}
