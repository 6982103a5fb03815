import { copyFileSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import process from 'node:process';
import { executableIn, toolchainBin } from './paths.mjs';

/** Puts an executable into the folder that is first on PATH of every child. */
export function placeExecutable(name, target) {
  const path = executableIn(toolchainBin, name);
  mkdirSync(toolchainBin, { recursive: true });
  rmSync(path, { force: true });
  // Links need a privilege on Windows.
  if (process.platform === 'win32') copyFileSync(target, path);
  else symlinkSync(target, path);
}
