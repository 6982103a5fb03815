import { testRun } from './vitest.shared.js';

export default testRun({ kind: 'packaging', include: ['packaging/**/*.test.ts'], exclude: [] });
