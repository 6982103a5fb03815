import { join } from 'node:path';

/**
 * Paths of one model in the standard hub cache. Source: `huggingface_hub`, "Understand caching":
 * `models--owner--name/{blobs,refs,snapshots}`. What is ours alone is in `.mlxengine`, which other tools pass over.
 */
export interface ModelFolders {
  readonly root: string;
  readonly blobs: string;
  readonly refs: string;
  readonly snapshots: string;
  /** Listings of commits that Python's library keeps. */
  readonly trees: string;
  /** Our records, locks and unfinished snapshots. */
  readonly own: string;
}

/**
 * Where a model lies in the standard cache.
 * @param cacheDirectory - the cache's root, such as `~/.cache/huggingface/hub`
 * @param id - `owner/name`, already checked: it becomes the name of a folder
 */
export function modelFolders(cacheDirectory: string, id: string): ModelFolders {
  const root = join(cacheDirectory, `models--${id.replace('/', '--')}`);
  return {
    root,
    blobs: join(root, 'blobs'),
    refs: join(root, 'refs'),
    snapshots: join(root, 'snapshots'),
    trees: join(root, 'trees'),
    own: join(root, '.mlxengine'),
  };
}

/** Hub id of a folder of the cache; `undefined` where it is no model's. */
export function idOfFolder(folder: string): string | undefined {
  const [kind, ...parts] = folder.split('--');
  return kind === 'models' && parts.length === 2 && parts.every((part) => part !== '') ? parts.join('/') : undefined;
}

/** A partial file of ours; Python's end in `.incomplete` and stay theirs. */
export function partialPath(folders: ModelFolders, blob: string): string {
  return join(folders.blobs, `${blob}.mlxengine-partial`);
}
