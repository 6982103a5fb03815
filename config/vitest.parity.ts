import { testRun } from './vitest.shared.js';

export default testRun({ kind: 'parity', include: ['tests/parity/**/*.test.ts', 'parity/**/*.test.ts'], exclude: [] });
