import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  entry: { index: 'src/index.ts', browser: 'src/browser.ts' },
  platform: 'neutral',
});
