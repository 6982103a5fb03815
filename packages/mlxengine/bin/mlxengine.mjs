#!/usr/bin/env node
// The `mlxengine` command. Plain JavaScript that an old Node.js can parse: in a checkout it goes on under the pinned
// Node.js that the set-up installed; anywhere else it says which versions it needs.
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isSupportedNode, supportedNode } from './node-version.mjs';
import { runInPlace } from './run-in-place.mjs';

const pinnedNode = fileURLToPath(
  new URL(`../../../.toolchain/bin/node${process.platform === 'win32' ? '.exe' : ''}`, import.meta.url),
);

if (isSupportedNode(process.version)) {
  const { runCommand } = await import('@mlxengine/cli');
  process.exitCode = await runCommand(process.argv.slice(2));
} else if (existsSync(pinnedNode)) {
  runInPlace(pinnedNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)]);
} else {
  process.stderr.write(
    `mlxengine: needs Node.js ${supportedNode}, found ${process.version}. Install a current LTS from https://nodejs.org and try again.\n`,
  );
  process.exitCode = 1;
}
