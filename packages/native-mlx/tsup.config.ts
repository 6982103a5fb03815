import { packageBuild } from '../../config/tsup.js';

export default packageBuild({
  entry: { index: 'src/index.ts', 'probe-child': 'src/probe/probe-child.ts', 'isolate-runner': 'src/isolate/runner.ts' },
  platform: 'node',
});
