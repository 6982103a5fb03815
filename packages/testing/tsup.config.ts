import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  entry: { index: 'src/index.ts', 'hub-server/index': 'src/hub-server/index.ts', 'node/index': 'src/node/index.ts' },
  platform: 'neutral',
});
