import { ModelNotFoundError, type DownloadProgress, type ModelReference, type ModelSource } from '@mlxengine/core';
import { findModel, suggestModels, type RegistryEntry } from '@mlxengine/registry';
import type { EnginePlatform } from './platform.js';

/** How to follow a model's name. */
export interface ResolveOptions {
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

const hubId = /^[\w.-]+\/[\w.-]+(@[\w./-]+)?$/;

/**
 * Follows a reference to the model's files: a source as it is, then a name of the registry (its starter package where that is
 * installed), a folder, a hub id. A folder that is called like a registry name is meant by `./name`.
 */
export async function resolveModel(
  platform: EnginePlatform,
  reference: ModelReference,
  options: ResolveOptions = {},
): Promise<ModelSource> {
  if (typeof reference !== 'string') return reference;
  // A hub id means just that repository, also where the registry has a short name for it.
  const entry = reference.includes('/') ? undefined : findModel(reference);
  if (entry !== undefined) return openEntry(platform, entry, options);
  const folder = await platform.openFolder(reference);
  if (folder !== undefined) return folder;
  if (looksLikePath(reference)) throw notFound(reference, 'there is no such folder');
  if (hubId.test(reference)) return download(platform, reference, options);
  const near = suggestModels(reference);
  throw notFound(reference, near.length > 0 ? `it is no known name, unlike ${near.join(', ')}` : 'it is no folder and no known name');
}

async function openEntry(
  platform: EnginePlatform,
  entry: RegistryEntry,
  options: ResolveOptions,
): Promise<ModelSource> {
  if (entry.starterPackage !== undefined) {
    const installed = await platform.openStarterModel();
    if (installed !== undefined) return installed;
  }
  return download(platform, entry.hubId, options);
}

function download(platform: EnginePlatform, reference: string, options: ResolveOptions): Promise<ModelSource> {
  const [id = reference, revision] = reference.split('@');
  return platform.createDownloader().download(id, { ...options, ...(revision === undefined ? {} : { revision }) });
}

/** Whether a name can only mean a folder, so that a typing error in a path never becomes a download. */
function looksLikePath(reference: string): boolean {
  return /^([.~/\\]|[a-z]:[\\/])/i.test(reference) || reference.split('/').length > 2;
}

function notFound(model: string, reason: string): ModelNotFoundError {
  return new ModelNotFoundError('model.not-found', { model, reason });
}
