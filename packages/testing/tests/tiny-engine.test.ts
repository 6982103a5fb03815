import { describe, test } from 'vitest';
import { createTinyEngine, testLLMEngine } from '../src/index.js';

describe('the tiny engine', async () => {
  await testLLMEngine({ test, skip: (name, reason) => test.skip(`${name}: ${reason}`), createEngine: createTinyEngine });
});
