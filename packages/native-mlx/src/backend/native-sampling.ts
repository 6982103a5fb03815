import type { SamplingParameters } from '@mlxengine/core/backend';
import type { NativeGenerateRequest, NativePenalties } from '../abi/native-addon.js';

/** The part of a generation's request that says how tokens are chosen. */
export type NativeSampling = Pick<
  NativeGenerateRequest,
  'temperature' | 'topP' | 'minP' | 'minTokensToKeep' | 'topK' | 'seed' | 'penalties' | 'logitBias' | 'xtc'
>;

// The addon takes 31 bits.
const mostInteger = 0x7fffffff;

/** Sampling parameters as the addon takes them: what is off is left out. */
export function nativeSampling(sampling: SamplingParameters): NativeSampling {
  const { temperature, topP, minP, minTokensToKeep = 1, topK, seed } = sampling;
  return {
    temperature,
    topP,
    minP,
    ...(minTokensToKeep > 1 && { minTokensToKeep: Math.min(minTokensToKeep, mostInteger) }),
    // Anything over the vocabulary keeps everything, which is what 0 does.
    topK: topK > mostInteger ? 0 : topK,
    seed,
    ...penaltiesOf(sampling),
    ...logitBiasOf(sampling),
    ...xtcOf(sampling),
  };
}

function penaltiesOf(sampling: SamplingParameters): { readonly penalties?: NativePenalties } {
  const { repetitionPenalty: repetition = 1, presencePenalty: presence = 0, frequencyPenalty: frequency = 0 } = sampling;
  if ((repetition === 0 || repetition === 1) && presence === 0 && frequency === 0) return {};
  const context = (tokens = 20): number => Math.min(tokens, mostInteger);
  return {
    penalties: {
      repetition,
      repetitionContext: context(sampling.repetitionContext),
      presence,
      presenceContext: context(sampling.presenceContext),
      frequency,
      frequencyContext: context(sampling.frequencyContext),
    },
  };
}

function logitBiasOf({ logitBias = [] }: SamplingParameters): Pick<NativeSampling, 'logitBias'> {
  const pairs = [...logitBias];
  if (pairs.length === 0) return {};
  return { logitBias: { tokens: Uint32Array.from(pairs, ([token]) => token), biases: pairs.map(([, bias]) => bias) } };
}

function xtcOf({ xtcProbability: probability = 0, xtcThreshold: threshold = 0.1, xtcExcludedTokens = [] }: SamplingParameters): Pick<NativeSampling, 'xtc'> {
  return probability === 0 ? {} : { xtc: { probability, threshold, excludedTokens: Uint32Array.from(xtcExcludedTokens) } };
}
