import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  // The platforms lie beside the workers' programs, which they start by a URL relative to themselves.
  entry: { index: 'src/index.ts', 'platform-node': 'src/platform/node.ts', 'platform-browser': 'src/platform/browser.ts' },
  platform: 'neutral',
});
