import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { hashSources } from './fingerprint.mjs';
import { repository } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { SetupProblem } from './setup-problem.mjs';

const sources = ['package.json', 'pnpm-lock.yaml', 'turbo.json', 'tsconfig.base.json', 'tsconfig.declarations.json', 'config', 'packages'];
// Decide what the native build finds, so a change of theirs is a change of input.
const variables = ['MLX_ROOT', 'CC', 'CXX'];

const packages = join(repository, 'packages');

/** Every package, the MLX backend and the starter model. */
export const buildStep = {
  name: 'build',
  title: 'Building the packages, the MLX backend and the starter model',
  fingerprint: () => [hashSources(sources), ...variables.map((name) => process.env[name] ?? '')].join('\n'),
  isPresent: () => readdirSync(packages).every((name) => !existsSync(join(packages, name, 'package.json')) || existsSync(join(packages, name, 'dist'))),
  async run(onLine) {
    const args = ['exec', 'turbo', 'run', 'build', '--continue=dependencies-successful', '--ui=stream', '--output-logs=new-only'];
    const { succeeded, output } = await runCommand('pnpm', args, { onLine });
    if (!succeeded) {
      const remedy = 'Mend what the lines above name and start again: what is built already is kept. `.toolchain/bin/pnpm exec turbo run build` shows all of the output.';
      throw new SetupProblem('The build failed.', remedy, output);
    }
  },
};
