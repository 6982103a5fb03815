import process from 'node:process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toolchain } from './paths.mjs';

const folder = join(toolchain, 'stamps');

/** What a step was last done for; undefined if never, or if it was interrupted. */
export function readStamp(step) {
  try {
    return readFileSync(join(folder, step), 'utf8');
  } catch {
    return undefined;
  }
}

/** Notes, in one atomic move, that a step is done for these inputs. */
export function writeStamp(step, fingerprint) {
  mkdirSync(folder, { recursive: true });
  const draft = join(folder, `${step}.${process.pid}.tmp`);
  writeFileSync(draft, fingerprint);
  renameSync(draft, join(folder, step));
}
