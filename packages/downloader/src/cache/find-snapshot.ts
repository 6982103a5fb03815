import type { ModelFile } from '@mlxengine/core';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { selectNeededFiles } from '../hub/needed-files.js';
import { isCommit } from '../hub/hub-id.js';
import { listFolder } from '../source/folder-source.js';
import { isSafePath } from '../source/safe-path.js';
import type { ModelFolders } from './cache-layout.js';
import { readRecord } from './snapshot-record.js';

/** A complete snapshot in the cache. */
export interface FoundSnapshot {
  readonly commit: string;
  readonly path: string;
  readonly files: readonly ModelFile[];
}

/** The commit that a revision is, as far as the cache knows. */
export async function cachedCommit(folders: ModelFolders, revision: string): Promise<string | undefined> {
  if (isCommit(revision)) return revision;
  const text = await readFile(join(folders.refs, revision), 'utf8').catch(() => '');
  return isCommit(text.trim()) ? text.trim() : undefined;
}

/** Commits of all snapshots of a model, complete or not. */
export async function snapshotCommits(folders: ModelFolders): Promise<readonly string[]> {
  return (await readdir(folders.snapshots).catch(() => [])).filter(isCommit);
}

/** The snapshot of a commit; `undefined` where it is not complete. */
export async function findSnapshot(folders: ModelFolders, commit: string): Promise<FoundSnapshot | undefined> {
  const path = join(folders.snapshots, commit);
  if (!(await stat(path).catch(() => undefined))?.isDirectory()) return undefined;
  const files = await listFolder(path);
  const needed = await readRecord(folders, commit);
  const complete = needed === undefined ? await looksComplete(path, files) : hasAll(files, needed);
  return complete ? { commit, path, files } : undefined;
}

function hasAll(files: readonly ModelFile[], needed: readonly ModelFile[]): boolean {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  return needed.length > 0 && needed.every(({ path, size }) => sizes.get(path) === size);
}

/** Without a record: what an engine cannot do without is there, and so is every shard that the index names. */
async function looksComplete(folder: string, files: readonly ModelFile[]): Promise<boolean> {
  const names = new Set(files.map(({ path }) => path));
  const hasTokenizer = ['tokenizer.json', 'tokenizer.model', 'vocab.json', 'vocab.txt', 'tekken.json'].some((name) => names.has(name));
  if (!names.has('config.json') || !hasTokenizer || !selectNeededFiles(files).hasWeights) return false;
  if (!names.has('model.safetensors.index.json')) return hasAllNumbered(names);
  const shards = await indexedShards(join(folder, 'model.safetensors.index.json'));
  // A stale index, which is common, names none of the files that are there.
  return shards.every((shard) => names.has(shard)) || (!shards.some((shard) => names.has(shard)) && hasAllNumbered(names));
}

/** `model-00001-of-00003.safetensors` says how many there are. */
function hasAllNumbered(names: ReadonlySet<string>): boolean {
  const numbered = [...names].map((name) => /^(.*)-\d{5}-of-(\d{5})\.safetensors$/.exec(name)).filter((match) => match !== null);
  return numbered.every(([, stem, count]) => numbered.filter((other) => other[1] === stem && other[2] === count).length === Number(count));
}

async function indexedShards(path: string): Promise<readonly string[]> {
  try {
    const index = JSON.parse(await readFile(path, 'utf8')) as { readonly weight_map?: Readonly<Record<string, unknown>> };
    const names = new Set(Object.values(index.weight_map ?? {}));
    return [...names].filter((name): name is string => typeof name === 'string' && isSafePath(name));
  } catch {
    return [];
  }
}
