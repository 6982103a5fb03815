import { DownloadError } from '@mlxengine/core';
import { isSafePath } from '../source/safe-path.js';
import type { ExpectedHash, HubFile } from './hub-file.js';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a hub's listing, which is not trusted. Files of odd names are left out, since none that is needed has one; a name
 * that tries to leave the folder condemns the model.
 * @throws `DownloadError`
 */
export function parseListing(entries: readonly unknown[], source: string): readonly HubFile[] {
  const files = new Map<string, HubFile>();
  for (const entry of entries) {
    const fields: Fields = typeof entry === 'object' && entry !== null ? entry as Fields : {};
    const { path, type } = fields;
    if (typeof path !== 'string') throw invalid(source, '?', 'path', path);
    if (leavesFolder(path)) throw new DownloadError('download.unsafe-name', { source, file: JSON.stringify(path) });
    if (type !== 'file' || !isSafePath(path)) continue;
    if (files.has(path)) throw new DownloadError('download.listed-twice', { source, file: path });
    files.set(path, parseFile(fields, path, source));
  }
  return [...files.values()];
}

function parseFile(fields: Fields, path: string, source: string): HubFile {
  const lfs: Fields | undefined = typeof fields['lfs'] === 'object' && fields['lfs'] !== null ? fields['lfs'] as Fields : undefined;
  const size = lfs?.['size'] ?? fields['size'];
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw invalid(source, path, 'size', size);
  const hash: ExpectedHash | undefined = lfs === undefined
    ? hashOf('git-sha1', fields['oid'], 40)
    : hashOf('sha256', lfs['oid'], 64);
  if (hash === undefined) throw invalid(source, path, 'oid', (lfs ?? fields)['oid']);
  return { path, size: size as number, hash };
}

function hashOf(algorithm: ExpectedHash['algorithm'], value: unknown, digits: number): ExpectedHash | undefined {
  const valid = typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);
  return valid ? { algorithm, value } : undefined;
}

/** Under the rules of any system: Windows also goes by backslashes and drives. */
function leavesFolder(path: string): boolean {
  const parts = path.replaceAll('\\', '/').split('/');
  return parts[0] === '' || parts.includes('..') || /^[A-Za-z]:/.test(path);
}

function invalid(source: string, file: string, field: string, found: unknown): DownloadError {
  return new DownloadError('download.listing-entry', { source, file, field, found: JSON.stringify(found) ?? 'undefined' });
}
