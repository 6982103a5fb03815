// Removes build outputs of the package it runs in: `node ../../scripts/clean.mjs dist build`.
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';

for (const folder of process.argv.slice(2)) rmSync(resolve(process.cwd(), folder), { recursive: true, force: true });
