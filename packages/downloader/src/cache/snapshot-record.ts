import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HubFile } from '../hub/hub-file.js';
import { selectNeededFiles } from '../hub/needed-files.js';
import { parseListing } from '../hub/parse-listing.js';
import type { ModelFolders } from './cache-layout.js';

type Fields = Readonly<Record<string, unknown>>;

/** Writes down which files a complete snapshot has, in the form of the hub's listing. */
export async function writeRecord(folders: ModelFolders, commit: string, files: readonly HubFile[]): Promise<void> {
  const entries = files.map(({ path, size, hash }) => {
    const base = { type: 'file', path, size };
    return hash.algorithm === 'sha256' ? { ...base, lfs: { oid: hash.value, size } } : { ...base, oid: hash.value };
  });
  const path = join(folders.own, `${commit}.json`);
  await mkdir(folders.own, { recursive: true });
  const unfinished = join(folders.own, `record-${randomUUID()}`);
  await writeFile(unfinished, JSON.stringify({ formatVersion: 1, files: entries }));
  await rename(unfinished, path);
}

/**
 * The files that a snapshot needs, from our record or from the listing that Python's library keeps; `undefined` where
 * there is neither.
 */
export async function readRecord(folders: ModelFolders, commit: string): Promise<readonly HubFile[] | undefined> {
  const own = await readJson(join(folders.own, `${commit}.json`));
  if (own?.['formatVersion'] === 1 && Array.isArray(own['files'])) return parseRecord(own['files']);
  const tree = await readJson(join(folders.trees, `${commit}.json`));
  const files = tree?.['format_version'] === 1 ? tree['files'] : undefined;
  if (typeof files !== 'object' || files === null) return undefined;
  const listed = parseRecord(Object.entries(files as Readonly<Record<string, Fields>>).map(entryOfTree));
  return listed === undefined ? undefined : selectNeededFiles(listed).files;
}

function entryOfTree([path, file]: [string, Fields]): unknown {
  const { size, blob_id: oid, lfs_sha256: sha256, lfs_size: lfsSize } = file;
  return { type: 'file', path, size, oid, ...(sha256 === undefined || sha256 === null ? {} : { lfs: { oid: sha256, size: lfsSize } }) };
}

/** A record that cannot be read is none: the cache is looked at without it. */
function parseRecord(entries: readonly unknown[]): readonly HubFile[] | undefined {
  try {
    return parseListing(entries, 'cache');
  } catch {
    return undefined;
  }
}

async function readJson(path: string): Promise<Fields | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof value === 'object' && value !== null ? value as Fields : undefined;
  } catch {
    return undefined;
  }
}
