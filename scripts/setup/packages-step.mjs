import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hashContents } from './fingerprint.mjs';
import { repository } from './paths.mjs';
import { runCommand } from './run-command.mjs';
import { SetupProblem } from './setup-problem.mjs';

const remedy =
  'Check the connection to the npm registry (HTTPS_PROXY, NODE_EXTRA_CA_CERTS) and the free disk space. After a change to a package.json, run `.toolchain/bin/pnpm install` first.';

/** The workspace's dependencies, exactly as the lockfile has them. */
export const packagesStep = {
  name: 'packages',
  title: 'Installing packages',
  fingerprint: () => hashContents(['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml']),
  isPresent: () => existsSync(join(repository, 'node_modules', '.modules.yaml')),
  async run(onLine) {
    const { succeeded, output } = await runCommand('pnpm', ['install', '--frozen-lockfile', '--reporter=append-only'], { onLine });
    if (!succeeded) throw new SetupProblem('pnpm could not install the packages.', remedy, output);
  },
};
