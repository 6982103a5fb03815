// npm test [-- turbo options]: sets everything up, then runs all tests that need neither a browser nor mlx-lm.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { runInPlace } from '../packages/mlxengine/bin/run-in-place.mjs';
import { childEnvironment } from './setup/child-environment.mjs';
import { setUp } from './setup/index.mjs';
import { executableIn, repository, toolchainBin } from './setup/paths.mjs';

if (await setUp()) {
  rmSync(join(repository, 'reports'), { recursive: true, force: true });
  // One package at a time: vitest fills the processors, and models in parallel would fill the memory.
  const args = ['exec', 'turbo', 'run', 'test', '--concurrency=1', '--continue=always', '--ui=stream', ...process.argv.slice(2)];
  runInPlace(executableIn(toolchainBin, 'pnpm'), args, childEnvironment());
} else {
  process.exitCode = 1;
}
