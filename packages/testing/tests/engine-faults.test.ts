import { describe } from 'vitest';
import { createTinyEngine, testLLMEngine } from '../src/index.js';
import { engineFaults } from './engine-faults.js';
import { testFaults } from './fault-table.js';

describe('an engine that', () => {
  testFaults((runner, createEngine) => testLLMEngine({ ...runner, createEngine }), createTinyEngine, engineFaults);
});
