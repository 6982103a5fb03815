import { testRun } from './vitest.shared.js';

export default testRun({ kind: 'browser', include: ['tests/browser/**/*.test.ts'], exclude: [] });
