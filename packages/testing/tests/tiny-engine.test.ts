import { describe, test } from 'vitest';
import { createTinyEngine, testLLMEngine } from '../src/index.js';

describe('the tiny engine', async () => {
  await testLLMEngine({ test, createEngine: createTinyEngine });
});
