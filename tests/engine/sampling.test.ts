import { InvalidArgumentError, loadModel, probeBackends, UnsupportedFeatureError, type GenerateParameters, type InferenceEngine } from 'mlxengine';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const mlx = (await probeBackends()).find(({ backend }) => backend === 'mlx');
const question = 'What is the capital of France?';

const parameters: readonly GenerateParameters[] = [
  { repetitionPenalty: 1.5 }, { presencePenalty: 1 }, { frequencyPenalty: 1 }, { logitBias: { 5: 1 } }, { xtcProbability: 1 }, { logProbabilities: 0 },
];

describe('the fallback', () => {
  it('refuses at the call what it cannot do', async () => {
    await using engine = await loadModel('smollm2', { backend: 'fallback' });
    for (const parameter of parameters) expect(() => engine.stream(question, parameter)).toThrow(UnsupportedFeatureError);
  });
});

describe.skipIf(mlx?.available !== true)('MLX (needs the native addon)', { timeout: 120_000 }, () => {
  let engine: InferenceEngine;
  beforeAll(async () => {
    engine = await loadModel('smollm2', { backend: 'mlx' });
  });
  afterAll(async () => engine.unload());

  it('tells log-probabilities of the tokens whose texts make the answer', async () => {
    const { text, usage, logProbabilities = [] } = await engine.generate(question, { temperature: 0, maxTokens: 8, logProbabilities: 3 });
    expect(logProbabilities).toHaveLength(usage?.completionTokens ?? NaN);
    expect(logProbabilities.map((token) => token.text).join('')).toBe(text);
    for (const { likeliest, ...own } of logProbabilities) {
      // A greedy token is the likeliest of all.
      expect(likeliest[0]).toEqual(own);
      expect(likeliest).toHaveLength(3);
      expect(likeliest.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0)).toBeLessThan(1.0001);
    }
  });

  it('never says a token that is biased away, in each way of writing it', async () => {
    const paris = (await engine.generate(question, { temperature: 0, maxTokens: 12, logProbabilities: 0 })).logProbabilities ?? [];
    const token = paris.find(({ text }) => text.includes('Paris'))?.token ?? NaN;
    for (const logitBias of [{ [token]: -100 }, [[token, -100]] as const, new Map([[token, -100]])]) {
      expect((await engine.generate(question, { temperature: 0, maxTokens: 12, logitBias })).text).not.toContain('Paris');
    }
    await expect(engine.generate(question, { logitBias: { 10_000_000: 1 } })).rejects.toThrow(InvalidArgumentError);
  });

  it('repeats itself less under a penalty', async () => {
    const prompt = { raw: 'one two one two one two one two one two' };
    const distinct = async (penalty: GenerateParameters): Promise<number> => {
      const { text } = await engine.generate(prompt, { temperature: 0, maxTokens: 24, ...penalty });
      return new Set(text.trim().split(/\s+/)).size;
    };
    const plain = await distinct({});
    for (const penalty of [{ repetitionPenalty: 1.5 }, { presencePenalty: 8 }, { frequencyPenalty: 4 }]) {
      expect(await distinct(penalty), JSON.stringify(penalty)).toBeGreaterThan(plain);
    }
  });

  it('passes the likeliest tokens over with XTC, the same ones for a seed', async () => {
    const ask = async (xtcProbability: number): Promise<string> =>
      (await engine.generate('Tell me a story', { temperature: 1, seed: 5, maxTokens: 12, xtcProbability, xtcThreshold: 0.05 })).text;
    expect(await ask(1)).toBe(await ask(1));
    expect(await ask(1)).not.toBe(await ask(0));
  });
});
