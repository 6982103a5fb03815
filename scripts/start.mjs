// npm start [-- prompt or options]: sets everything up, then answers the prompt, or chats.
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runInPlace } from '../packages/mlxengine/bin/run-in-place.mjs';
import { commandArguments } from './setup/command-arguments.mjs';
import { childEnvironment } from './setup/child-environment.mjs';
import { setUp } from './setup/index.mjs';
import { nodeExecutable } from './setup/node-step.mjs';

const command = fileURLToPath(new URL('../packages/mlxengine/bin/mlxengine.mjs', import.meta.url));

if (await setUp()) runInPlace(nodeExecutable(), [command, ...commandArguments(process.argv.slice(2))], childEnvironment());
else process.exitCode = 1;
