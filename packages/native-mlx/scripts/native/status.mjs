import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { binaries, buildFolder, root, statusFile } from './paths.mjs';

/** What the last run wrote; src/loading/build-status.ts reads it too. */
export function readStatus() {
  try {
    return JSON.parse(readFileSync(statusFile, 'utf8'));
  } catch {
    return undefined;
  }
}

export function writeStatus(status) {
  mkdirSync(buildFolder, { recursive: true });
  writeFileSync(statusFile, `${JSON.stringify(status, undefined, 2)}\n`);
}

/** Whether what the status speaks of is still there. */
export function binariesExist({ mlx }) {
  const library = isAbsolute(mlx.library) ? mlx.library : join(root, mlx.library);
  return [...binaries, library].every((file) => existsSync(file));
}
