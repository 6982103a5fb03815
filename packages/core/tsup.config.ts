import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  entry: { index: 'src/index.ts', 'graph/index': 'src/graph/index.ts', 'backend/index': 'src/backend/index.ts', 'messages/index': 'src/messages/index.ts' },
  platform: 'neutral',
});
