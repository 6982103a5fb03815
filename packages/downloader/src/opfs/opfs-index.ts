import type { HubFile } from '../hub/hub-file.js';
import { isCommit } from '../hub/hub-id.js';
import { parseListing } from '../hub/parse-listing.js';
import { readText, writeFile } from './opfs-files.js';

const indexName = 'index.json';

/** What a model's folder has: its revisions and complete snapshots. Files lie in it by their hashes. */
export interface OpfsIndex {
  readonly refs: Readonly<Record<string, string>>;
  readonly snapshots: Readonly<Record<string, readonly HubFile[]>>;
}

const emptyIndex: OpfsIndex = { refs: {}, snapshots: {} };

/** The index of a model's folder; an empty one where there is none that can be read. */
export async function readIndex(folder: FileSystemDirectoryHandle): Promise<OpfsIndex> {
  const text = await readText(folder, indexName);
  if (text === undefined) return emptyIndex;
  try {
    const { refs, snapshots } = JSON.parse(text) as OpfsIndex;
    const parsed = Object.entries(snapshots).filter(([commit]) => isCommit(commit)).map(([commit, files]) => (
      [commit, parseListing(files.map(toListing), indexName)] as const
    ));
    return { refs, snapshots: Object.fromEntries(parsed) };
  } catch {
    return emptyIndex;
  }
}

/** Changes the index in one step. */
export async function changeIndex(folder: FileSystemDirectoryHandle, change: (index: OpfsIndex) => OpfsIndex): Promise<void> {
  await writeFile(folder, indexName, JSON.stringify(change(await readIndex(folder))));
}

function toListing({ path, size, hash }: HubFile): unknown {
  return { type: 'file', path, size, ...(hash.algorithm === 'sha256' ? { lfs: { oid: hash.value, size } } : { oid: hash.value }) };
}
