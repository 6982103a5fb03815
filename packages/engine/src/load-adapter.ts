import { UnsupportedFeatureError } from '@mlxengine/core';
import type { BackendModel, LoadedAdapter } from '@mlxengine/core/backend';
import { readAdapter, type Checkpoint } from '@mlxengine/models';
import type { InferenceEngineOptions } from './open-model.js';
import type { EnginePlatform } from './platform.js';
import { resolveModel } from './resolve-model.js';

/** What {@link loadAdapter} needs. */
export interface AdapterLoading {
  readonly checkpoint: Checkpoint;
  readonly model: BackendModel;
  readonly options: InferenceEngineOptions;
}

/**
 * Loads the adapter that the options name beside a model that was just loaded; unloads the model where it cannot.
 * @throws `ModelNotFoundError`, `CheckpointError`, `OutOfMemoryError`, `AbortedError`
 */
export async function loadAdapter(
  platform: EnginePlatform, { checkpoint, model, options }: AdapterLoading,
): Promise<LoadedAdapter | undefined> {
  const { adapter, signal, architectures } = options;
  if (adapter === undefined) return undefined;
  const abort = signal && { signal };
  try {
    if (model.loadAdapter === undefined) throw new UnsupportedFeatureError('feature.unsupported', { component: 'The backend', feature: 'adapters', remedy: adapterRemedy });
    const source = await resolveModel(platform, adapter, { ...abort });
    return await model.loadAdapter(await readAdapter(source, checkpoint, { ...abort, ...(architectures && { architectures }) }), { ...abort });
  } catch (error) {
    await model.unload();
    throw error;
  }
}

/** What to do without the feature. */
export const adapterRemedy: string = 'Leave "adapter" out, or use another backend.';
