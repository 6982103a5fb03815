import { testRun } from './vitest.shared.js';

export default testRun({
  kind: 'unit',
  include: ['**/*.test.ts'],
  exclude: ['tests/parity/**', 'parity/**', 'tests/browser/**', 'packaging/**'],
});
