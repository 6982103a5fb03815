import { InvalidArgumentError, UnsupportedFeatureError } from '@mlxengine/core';
import type { BackendFeature, BackendModel, SamplingParameters, TokenBatch, TokenRequest } from '@mlxengine/core/backend';
import { processLogits } from '../reference/reference-processors.js';
import { logSoftmax } from '../reference/reference-sampler.js';
import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import type { BackendContext } from './backend-context.js';
import { checkDraws } from './draw-check.js';
import { greedy, promptOf, readAnswer, request } from './token-answer.js';

type Settings = Partial<SamplingParameters>;

/** What each feature is asked, and what is refused where it is there. */
const settingsOf: { readonly [Feature in BackendFeature]?: { readonly asked: readonly Settings[]; readonly bad: readonly Settings[] } } = {
  penalties: {
    asked: [
      { repetitionPenalty: 1.6 }, { repetitionPenalty: 0.7, repetitionContext: 4 },
      { presencePenalty: 3 }, { presencePenalty: -2, presenceContext: 2 },
      { frequencyPenalty: 1.5, frequencyContext: 64 },
      { repetitionPenalty: 1.3, presencePenalty: 1, frequencyPenalty: 0.5, temperature: 1, topP: 0.8 },
    ],
    bad: [{ repetitionPenalty: -1 }, { presencePenalty: NaN }, { frequencyContext: 0, frequencyPenalty: 1 }],
  },
  'logit-bias': {
    asked: [{ logitBias: [[5, 4], [60, -50], [5, 2]] }, { logitBias: new Map([[95, 30]]) }, { logitBias: [[0, 3]], temperature: 1, topK: 4 }],
    bad: [{ logitBias: [[96, 1]] }, { logitBias: [[-1, 1]] }, { logitBias: [[1, Infinity]] }],
  },
  xtc: {
    asked: [
      { temperature: 1, xtcProbability: 1, xtcThreshold: 0.05 }, { temperature: 1, xtcProbability: 0.5 },
      { temperature: 2, xtcProbability: 1, xtcThreshold: 0, xtcExcludedTokens: [1, 40, 95], topK: 12, minP: 0.01 },
    ],
    bad: [{ xtcProbability: 2 }, { xtcProbability: 1, xtcThreshold: 0.6 }, { xtcProbability: 1, xtcExcludedTokens: [96] }],
  },
};

/** Most likely tokens that are asked for. */
const likeliest = 4;

/** Features of the sampler, each honoured or refused. */
export const samplingCases: readonly ConformanceCase<BackendContext>[] = [
  ...Object.entries(settingsOf).map(([feature, { asked, bad }]) => featureCase(feature as BackendFeature, asked, bad)),
  {
    name: 'log-probabilities: are of the logits after penalties and before temperature, or refused',
    async run(context, check) {
      const { subject, reference } = await context.pair();
      if (!has(context, 'log-probabilities')) {
        await check.rejects(readAnswer(subject.generate(request([1], { logProbabilities: 0 })), check), UnsupportedFeatureError, 'logProbabilities');
        return;
      }
      const penalties: Settings = has(context, 'penalties') ? { presencePenalty: 2 } : {};
      for (const settings of [penalties, { ...penalties, temperature: 2, topK: 3, seed: 5 }]) {
        const asked = request(promptOf(7), { sampling: { ...greedy, ...settings }, logProbabilities: likeliest });
        await checkLogProbabilities(reference, asked, await collect(subject, asked, check), context.tolerance, check);
      }
      const { topTokens } = await collect(subject, request(promptOf(7), { logProbabilities: 0 }), check);
      check.equal(topTokens.length, 0, 'likeliest tokens where none are asked for');
      await check.rejects(readAnswer(subject.generate(request([1], { logProbabilities: 21 })), check), InvalidArgumentError, '21 likeliest tokens');
    },
  },
];

function featureCase(feature: BackendFeature, asked: readonly Settings[], bad: readonly Settings[]): ConformanceCase<BackendContext> {
  return {
    name: `sampling: ${feature}, tokens are those of the reference's logits, or refused`,
    async run(context, check) {
      const { subject, reference } = await context.pair();
      const ask = (settings: Settings): TokenRequest => request(promptOf(13), { sampling: { ...greedy, seed: 3, ...settings } });
      if (has(context, feature)) {
        for (const settings of [...asked, ...asked.map((settings) => ({ ...settings, seed: 4 }))]) {
          const { tokens } = await readAnswer(subject.generate(ask(settings)), check);
          await checkDraws(reference, ask(settings), tokens, JSON.stringify(settings), check);
        }
      }
      const [refused, errorClass] = has(context, feature) ? ([bad, InvalidArgumentError] as const) : ([asked, UnsupportedFeatureError] as const);
      for (const settings of refused) await check.rejects(readAnswer(subject.generate(ask(settings)), check), errorClass, JSON.stringify(settings));
    },
  };
}

function has({ backend }: BackendContext, feature: BackendFeature): boolean {
  return backend.supports.features.includes(feature);
}

interface Told {
  readonly tokens: number[];
  readonly logProbabilities: number[];
  readonly topTokens: number[];
  readonly topLogProbabilities: number[];
}

async function collect(subject: BackendModel, asked: TokenRequest, check: Check): Promise<Told> {
  const told: Told = { tokens: [], logProbabilities: [], topTokens: [], topLogProbabilities: [] };
  const add = (batch: TokenBatch): void => {
    if (batch.type !== 'tokens') return;
    told.tokens.push(...batch.tokens);
    told.logProbabilities.push(...check.defined(batch.logProbabilities, 'logProbabilities of a batch'));
    told.topTokens.push(...(batch.topTokens ?? []));
    told.topLogProbabilities.push(...(batch.topLogProbabilities ?? []));
  };
  for await (const batch of subject.generate(asked)) add(batch);
  check.equal(told.logProbabilities.length, told.tokens.length, 'number of log-probabilities');
  return told;
}

async function checkLogProbabilities(reference: BackendModel, asked: TokenRequest, told: Told, tolerance: number, check: Check): Promise<void> {
  const prompt = [...asked.prompt];
  const { logits = new Float32Array() } = await reference.score({ tokens: [...prompt, ...told.tokens], logits: true });
  const vocabularySize = logits.length / (prompt.length + told.tokens.length);
  told.tokens.forEach((token, index) => {
    const row = prompt.length - 1 + index;
    const own = logits.subarray(row * vocabularySize, (row + 1) * vocabularySize);
    const expected = logSoftmax(processLogits(own, [...prompt, ...told.tokens.slice(0, index)], asked.sampling));
    const near = (value: number | undefined, other: number | undefined): boolean => Math.abs((value ?? NaN) - (other ?? NaN)) <= tolerance;
    check.ok(near(told.logProbabilities[index], expected[token]), `log-probability of token ${index} is ${told.logProbabilities[index]}, expected ${expected[token]}`);
    const largest = [...expected].sort((a, b) => b - a);
    for (let place = 0; place < likeliest; place++) {
      const at = index * likeliest + place;
      const what = `likeliest token ${place} of token ${index}`;
      check.ok(near(told.topLogProbabilities[at], largest[place]), `${what}: ${told.topLogProbabilities[at]}, expected ${largest[place]}`);
      check.ok(near(told.topLogProbabilities[at], expected[told.topTokens[at] ?? -1]), `${what} is ${told.topTokens[at]}, which has another log-probability`);
    }
  });
}
