import { StarterModelError } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import { checkpointFolder } from './checkpoint-folder.js';
import { folderSource } from './folder-source.js';
import { findDamage, readStamp } from './stamp.js';

/**
 * The starter model, SmolLM2-135M-Instruct, as the files of an MLX checkpoint. Nothing is downloaded or built: that is
 * done when this package is built or installed.
 * @throws `StarterModelError` where the checkpoint is not there or not whole; the message says how to get it
 */
export async function openStarterModel(): Promise<ModelSource> {
  return openCheckpoint(checkpointFolder());
}

/** @internal */
export async function openCheckpoint(folder: string): Promise<ModelSource> {
  const stamp = await readStamp(folder);
  if (stamp === undefined) throw new StarterModelError('starter.not-built', { folder });
  const file = await findDamage(folder, stamp);
  if (file !== undefined) throw new StarterModelError('starter.incomplete', { folder, file });
  return folderSource(folder, 'smollm2', stamp.files);
}
