import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import process from 'node:process';

/** Full path of a program, or `undefined`. */
export function findOnPath(program) {
  const folders = isAbsolute(program) ? [''] : (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => (folder === '' ? program : join(folder, program))).find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a program prints; `undefined` where it fails or there is none. */
export function outputOf(program, args) {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 60_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** Runs a program with its output shown as it comes; resolves to whether it succeeded, and its last lines. */
export function runShown(program, args, options = {}) {
  return new Promise((resolve) => {
    let tail = '';
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (to) => (chunk) => {
      to.write(chunk);
      tail = (tail + chunk).slice(-4000);
    };
    child.stdout.on('data', keep(process.stdout));
    child.stderr.on('data', keep(process.stderr));
    child.on('error', (error) => resolve({ succeeded: false, tail: error.message }));
    child.on('close', (code) => resolve({ succeeded: code === 0, tail }));
  });
}
