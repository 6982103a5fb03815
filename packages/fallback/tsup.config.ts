import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  entry: {
    index: 'src/index.ts',
    worker: 'src/worker.ts',
    'platform/node': 'src/platform/node.ts',
    'platform/browser': 'src/platform/browser.ts',
    'platform/worker-scope-node': 'src/platform/worker-scope-node.ts',
    'platform/worker-scope-browser': 'src/platform/worker-scope-browser.ts',
  },
  platform: 'neutral',
});
