import { ChatSession, loadModel, probeBackends, type InferenceEngine } from 'mlxengine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const mlx = (await probeBackends()).find(({ backend }) => backend === 'mlx');

describe.skipIf(mlx?.available !== true)('both backends (needs the native addon)', { timeout: 120_000 }, () => {
  let engines: readonly InferenceEngine[];
  beforeAll(async () => {
    engines = await Promise.all([loadModel('smollm2', { backend: 'mlx' }), loadModel('smollm2', { backend: 'fallback' })]);
  });
  afterAll(async () => {
    await Promise.all(engines.map((engine) => engine.unload()));
  });

  it('give the same greedy answer, which names Paris', async () => {
    const parameters = { temperature: 0, maxTokens: 24 };
    const [first, second] = await Promise.all(engines.map((engine) => engine.generate('What is the capital of France?', parameters)));
    expect(first?.text).toMatch(/Paris\.$/);
    expect(first?.finishReason).toBe('stop');
    expect(second?.text).toBe(first?.text);
    // How its cache answered is told by MLX alone.
    const { cache, ...counts } = first?.usage ?? {};
    expect(cache).toMatchObject({ cachedTokens: 0 });
    expect(second?.usage).toEqual(counts);
  });

  it('draw the same tokens from the same seed, whatever filters the draw', async () => {
    const parameters = { temperature: 0.9, topP: 0.95, topK: 40, minP: 0.02, seed: 11, maxTokens: 16 };
    const [first, second] = await Promise.all(engines.map((engine) => engine.generate('Tell me about the sea.', parameters)));
    expect(second?.text).toBe(first?.text);
    expect(first?.seed).toBe(11);
  });

  it.each([4, 7])('draw from the whole vocabulary alike: seed %i', async (seed) => {
    const parameters = { temperature: 1, seed, maxTokens: 16 };
    const [first, second] = await Promise.all(engines.map((engine) => engine.generate('Tell me a story', parameters)));
    expect(second?.text).toBe(first?.text);
  });

  it('reuse the turns before in a chat, and say how much', async () => {
    for (const engine of engines) {
      const session = new ChatSession({ engine, parameters: { maxTokens: 6 } });
      await session.send('My name is Ada.');
      const { usage } = await session.send('What is my name?');
      expect(usage?.cachedPromptTokens, engine.backendSelection.backend).toBeGreaterThan(30);
    }
  });

  it('say why they were taken', () => {
    expect(engines.map(({ backendSelection }) => backendSelection.reason)).toEqual([
      expect.stringContaining('mlx was asked for'),
      expect.stringContaining('fallback was asked for'),
    ]);
  });
});
