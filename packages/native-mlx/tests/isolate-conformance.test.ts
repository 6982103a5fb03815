import { testInferenceBackend } from '@mlxengine/testing';
import { describe, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { missing, suiteName } from './mlx.js';

const name = suiteName('MLX in a process of its own as an InferenceBackend', missing);
if (missing === '') {
  await testInferenceBackend({
    test,
    skip: (name, reason) => test.skip(`${name}: ${reason}`),
    createBackend: () => createMLXBackend({ device: 'cpu', isolate: true }),
  });
} else describe.skip(name, () => test('conforms', () => undefined));
