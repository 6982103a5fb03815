import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { repository } from './paths.mjs';

// Made by the build, or not read by it. Deeper down, `build` and `checkpoint` are the names of ordinary source folders.
const skippedInPackages = new Set(['dist', 'build', 'checkpoint', 'tests']);
const skippedAnywhere = new Set(['node_modules', 'generated']);

/** Hash of what files hold: for the few whose every byte counts. */
export function hashContents(paths) {
  const hash = createHash('sha256');
  for (const path of paths) hash.update(readFileSync(join(repository, path)));
  return hash.digest('hex');
}

/** Hash of names, sizes and times of all sources below these paths: a few milliseconds for a whole checkout. */
export function hashSources(paths) {
  const hash = createHash('sha256');
  for (const path of paths) addSource(hash, join(repository, path));
  return hash.digest('hex');
}

function addSource(hash, path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    hash.update(`${relative(repository, path)}\0${stats.size}\0${stats.mtimeMs}\n`);
    return;
  }
  for (const entry of readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || /\.(test\.ts|md)$/.test(entry.name)) continue;
    if (entry.isDirectory() && isSkipped(path, entry.name)) continue;
    addSource(hash, join(path, entry.name));
  }
}

function isSkipped(folder, name) {
  return skippedAnywhere.has(name) || (skippedInPackages.has(name) && dirname(folder) === join(repository, 'packages'));
}
