import { packageBuild } from '../../config/tsup.js';
import { hubBrowserBuild } from './hub-browser-build.js';

export default {
  ...packageBuild({
    entry: { index: 'src/index.ts', browser: 'src/browser.ts' },
    platform: 'neutral',
  }),
  // Left to the plugin.
  noExternal: ['@huggingface/hub', '@huggingface/xetchunk-wasm'],
  esbuildPlugins: [hubBrowserBuild],
};
