import { describe } from 'vitest';
import { createReferenceBackend, testInferenceBackend } from '../src/index.js';
import { backendFaults } from './backend-faults.js';
import { testFaults } from './fault-table.js';

describe('a backend that', () => {
  testFaults((runner, createBackend) => testInferenceBackend({ ...runner, createBackend }), createReferenceBackend, backendFaults);
});
