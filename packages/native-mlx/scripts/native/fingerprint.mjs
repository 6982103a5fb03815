import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { buildVariables } from './build-variables.mjs';
import { root } from './paths.mjs';

const sources = ['CMakeLists.txt', 'native', 'scripts'];

function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** One hash of everything that the binary is made from. */
export function fingerprint() {
  const hash = createHash('sha256');
  hash.update(`${process.platform}-${process.arch}`);
  for (const name of buildVariables) hash.update(`\0${name}=${process.env[name] ?? ''}`);
  for (const source of sources) {
    const path = join(root, source);
    for (const file of source.includes('.') ? [path] : filesIn(path)) hash.update(`\0${file.slice(root.length)}\0`).update(readFileSync(file));
  }
  return hash.digest('hex');
}
