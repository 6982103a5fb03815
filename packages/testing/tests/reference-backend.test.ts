import { describe, test } from 'vitest';
import { createReferenceBackend, testInferenceBackend } from '../src/index.js';

describe('the reference backend', async () => {
  await testInferenceBackend({ test, skip: (name, reason) => test.skip(`${name}: ${reason}`), createBackend: createReferenceBackend });
});
