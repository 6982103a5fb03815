import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { npmInstall } from './npm-install.mjs';
import { executableIn, toolchainBin } from './paths.mjs';
import { pnpm } from './pinned-versions.mjs';
import { placeExecutable } from './place-executable.mjs';
import { SetupProblem } from './setup-problem.mjs';

const remedy = `Check the connection to the npm registry (HTTPS_PROXY, NODE_EXTRA_CA_CERTS); \`npx --yes pnpm@${pnpm} --version\` has to work.`;

/** The pinned pnpm. turbo starts one for each task, so the native binary goes on PATH, not its wrapper. */
export const pnpmStep = {
  name: 'pnpm',
  title: `Getting pnpm ${pnpm}`,
  fingerprint: () => pnpm,
  isPresent: () => existsSync(executableIn(toolchainBin, 'pnpm')),
  async run(onLine) {
    const scope = join(await npmInstall('pnpm', `pnpm@${pnpm}`, remedy, onLine), '@pnpm');
    const name = existsSync(scope) ? readdirSync(scope).find((entry) => entry.startsWith('exe.')) : undefined;
    if (name === undefined) throw new SetupProblem(`pnpm ${pnpm} has no binary for this platform.`, remedy);
    placeExecutable('pnpm', executableIn(join(scope, name), 'pnpm'));
  },
};
