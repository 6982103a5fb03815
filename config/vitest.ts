import { testRun } from './vitest.shared.js';

export default testRun({
  kind: 'unit',
  include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
  exclude: ['tests/parity/**', 'tests/browser/**'],
});
