import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareContent, type HubContent, type HubFileSource } from './file-content.js';

/** One entry of a repository's listing, as the hub's API sends it. */
export interface HubTreeEntry {
  readonly type: string;
  readonly path: string;
  readonly size: number;
  readonly oid: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

/** A model repository to serve. */
export interface HubRepository {
  /** `owner/name`. */
  readonly id: string;
  /** Path to content. */
  readonly files: Readonly<Record<string, HubFileSource>>;
  /** Which files are in large file storage, on the second host; default: `.safetensors` and what has over 1 MiB. */
  readonly isLarge?: (path: string, size: number) => boolean;
  /** Branches and tags besides `main`; all lead to the one commit. */
  readonly revisions?: readonly string[];
  /** `private`: for known tokens only, and like a missing one for others; `gated`: listed for all, content for known tokens only. */
  readonly access?: 'public' | 'private' | 'gated';
  /** Changes the listing before it is sent, to lie in it. */
  readonly listing?: (entries: readonly HubTreeEntry[]) => readonly unknown[];
}

/** A repository ready to be served. */
export interface ServedRepository extends HubRepository {
  /** 40 hexadecimal digits, made from the content. */
  readonly commit: string;
  readonly contents: ReadonlyMap<string, HubContent>;
  readonly entries: readonly HubTreeEntry[];
}

/** All files of a folder as the files of a repository; they stay on disk. */
export async function filesOfFolder(folder: string): Promise<Readonly<Record<string, HubFileSource>>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(files.map((file) => [file.slice(folder.length + 1).replaceAll('\\', '/'), { file }]));
}

/** Hashes a repository's files and makes its commit and its listing. */
export async function prepareRepository(repository: HubRepository): Promise<ServedRepository> {
  const contents = new Map<string, HubContent>();
  for (const [path, source] of Object.entries(repository.files)) contents.set(path, await prepareContent(source));
  const isLarge = repository.isLarge ?? ((path, size) => path.endsWith('.safetensors') || size > 1024 * 1024);
  const entries = [...contents].map(([path, content]) => entryOf(path, content, isLarge(path, content.size)));
  const commit = createHash('sha1').update(JSON.stringify([repository.id, entries])).digest('hex');
  return { ...repository, commit, contents, entries };
}

function entryOf(path: string, content: HubContent, large: boolean): HubTreeEntry {
  const { size, gitSha1, sha256 } = content;
  if (!large) return { type: 'file', path, size, oid: gitSha1 };
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${sha256}\nsize ${size}\n`;
  const oid = createHash('sha1').update(`blob ${pointer.length}\0${pointer}`).digest('hex');
  return { type: 'file', path, size, oid, lfs: { oid: sha256, size, pointerSize: pointer.length } };
}
