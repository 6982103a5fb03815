import { createMemorySource, createTinyCheckpoint, testLLMEngine } from '@mlxengine/testing';
import { loadModel, probeBackends, type ModelReference } from 'mlxengine';
import { describe, test } from 'vitest';

const probes = await probeBackends();
const tiny = createMemorySource('tiny', createTinyCheckpoint({ quantization: { mode: 'affine', bits: 4, groupSize: 32 } }));

interface Variant {
  readonly name: string;
  readonly backend: 'mlx' | 'fallback';
  readonly model: ModelReference;
}

// The starter model on MLX's CPU device would take minutes; that it answers alike is in agreement.test.ts.
const variants: readonly Variant[] = [
  { name: 'the starter model on fallback', backend: 'fallback', model: 'smollm2' },
  { name: 'a tiny model on fallback', backend: 'fallback', model: tiny },
  { name: 'a tiny model on mlx', backend: 'mlx', model: tiny },
];

describe.each(variants)('loadModel: $name', async ({ backend, model }) => {
  const probe = probes.find((one) => one.backend === backend);
  if (probe?.available !== true) {
    test.skip(`needs the backend ${backend}: ${probe?.checks.find(({ ok }) => !ok)?.detail ?? 'not probed'}`);
    return;
  }
  await testLLMEngine({
    test: (name, run) => test(name, { timeout: 120_000 }, run),
    skip: (name, reason) => test.skip(`${name}: ${reason}`),
    createEngine: () => loadModel(model, { backend }),
    prompt: 'Write a long story about the sea.',
  });
});
