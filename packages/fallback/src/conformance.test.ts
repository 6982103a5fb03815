import { testInferenceBackend } from '@mlxengine/testing';
import { describe, test } from 'vitest';
import { createFallbackBackend, type FallbackBackendOptions } from './create-fallback-backend.js';

const variants: Readonly<Record<string, FallbackBackendOptions>> = {
  'in a worker': {},
  'in the calling thread': { inline: true },
  'with relaxed SIMD': { experimental: { relaxedSimd: true } },
};

describe.each(Object.entries(variants))('%s', async (_, options) => {
  await testInferenceBackend({
    test,
    skip: (name, reason) => test.skip(`${name}: ${reason}`),
    createBackend: () => createFallbackBackend(options),
  });
});
