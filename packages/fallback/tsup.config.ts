import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  entry: { index: 'src/index.ts', 'platform/node': 'src/platform/node.ts', 'platform/browser': 'src/platform/browser.ts' },
  platform: 'neutral',
});
