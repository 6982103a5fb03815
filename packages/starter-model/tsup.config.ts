import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  entry: { index: 'src/index.ts', 'build/index': 'src/build/index.ts' },
  platform: 'node',
});
