import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { buildVariables } from '../../packages/native-mlx/scripts/native/build-variables.mjs';
import { hashSources } from './fingerprint.mjs';
import { isOnPath } from './is-on-path.mjs';
import { repository } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { SetupProblem } from './setup-problem.mjs';

const sources = ['package.json', 'pnpm-lock.yaml', 'turbo.json', 'tsconfig.base.json', 'tsconfig.declarations.json', 'config', 'packages'];
// The build goes on without them, and without the MLX backend: one that has come is a change of input like any other.
const programs = ['cmake', 'c++', 'g++', 'clang++', 'python3', 'uv'];

const packages = join(repository, 'packages');
const starterModel = join(packages, 'starter-model', 'checkpoint', 'starter-model.json');

function fingerprint() {
  const variables = buildVariables.map((name) => `${name}=${process.env[name] ?? ''}`);
  return [hashSources(sources), ...variables, `present: ${programs.filter(isOnPath).join(' ')}`].join('\n');
}

function isBuilt(name) {
  return !existsSync(join(packages, name, 'package.json')) || existsSync(join(packages, name, 'dist'));
}

/** Every package, the MLX backend and the starter model. */
export const buildStep = {
  name: 'build',
  title: 'Building the packages, the MLX backend and the starter model',
  fingerprint,
  isPresent: () => readdirSync(packages).every(isBuilt) && existsSync(starterModel),
  async run(onLine) {
    const args = ['exec', 'turbo', 'run', 'build', '--continue=dependencies-successful', '--ui=stream', '--output-logs=new-only'];
    const { succeeded, output } = await runCommand('pnpm', args, { onLine });
    if (!succeeded) {
      const remedy = 'Mend what the lines above name and start again: what is built already is kept. `.toolchain/bin/pnpm exec turbo run build` shows all of the output.';
      throw new SetupProblem('The build failed.', remedy, output);
    }
  },
};
