import { createMemorySource, createReferenceBackend, createTinyCheckpoint } from '@mlxengine/testing';
import { loadModel, probeBackends, UnsupportedFeatureError } from 'mlxengine';
import { describe, expect, it } from 'vitest';

const source = createMemorySource('tiny', createTinyCheckpoint());
const mlx = (await probeBackends()).find(({ backend }) => backend === 'mlx');

describe('isolate: true', () => {
  it.skipIf(mlx?.available !== true)('answers the same from a process of its own', async () => {
    await using inside = await loadModel(source, { backend: 'mlx' });
    await using outside = await loadModel(source, { backend: 'mlx', isolate: true });
    const parameters = { maxTokens: 20, temperature: 1, seed: 3 };
    expect((await outside.generate('Hello', parameters)).text).toBe((await inside.generate('Hello', parameters)).text);
    expect(outside.backendSelection.backend).toBe('mlx');
  });

  it('is refused by a backend that cannot, and by one of the application', async () => {
    for (const backend of ['fallback', createReferenceBackend()] as const) {
      const refused = await loadModel(source, { backend, isolate: true }).catch((error: unknown) => error);
      expect(UnsupportedFeatureError.isInstance(refused)).toBe(true);
    }
  });
});
