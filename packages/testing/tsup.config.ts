import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  entry: { index: 'src/index.ts' },
  platform: 'neutral',
});
