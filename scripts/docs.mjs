// npm run docs: sets everything up, then builds the documentation site into docs/api.
import process from 'node:process';
import { runInPlace } from '../packages/mlxengine/bin/run-in-place.mjs';
import { childEnvironment } from './setup/child-environment.mjs';
import { setUp } from './setup/index.mjs';
import { executableIn, toolchainBin } from './setup/paths.mjs';

if (await setUp()) runInPlace(executableIn(toolchainBin, 'pnpm'), ['exec', 'typedoc', ...process.argv.slice(2)], childEnvironment());
else process.exitCode = 1;
