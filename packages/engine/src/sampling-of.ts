import type { EngineParameters, GenerateParameterName, Tokenizer } from '@mlxengine/core';
import type { BackendSupports, SamplingParameters } from '@mlxengine/core/backend';

/** Parameters of an answer that a backend may or may not have. */
const parametersOf = {
  penalties: ['repetitionPenalty', 'presencePenalty', 'frequencyPenalty'],
  'logit-bias': ['logitBias'],
  xtc: ['xtcProbability', 'xtcThreshold'],
  'log-probabilities': ['logProbabilities'],
} as const;

/** Those that a backend has. */
export function sampledParameters({ features }: BackendSupports): readonly GenerateParameterName[] {
  return features.flatMap((feature): readonly GenerateParameterName[] => (feature in parametersOf ? parametersOf[feature as keyof typeof parametersOf] : []));
}

/** What an answer's parameters ask of a backend's sampler. */
export function samplingOf(parameters: EngineParameters, tokenizer: Tokenizer): SamplingParameters {
  const { temperature, topP, topK, minP, seed = 0 } = parameters;
  const { repetitionPenalty, presencePenalty, frequencyPenalty, logitBias, xtcProbability, xtcThreshold } = parameters;
  return {
    temperature, topP, topK, minP, seed,
    ...(repetitionPenalty !== undefined && { repetitionPenalty }),
    ...(presencePenalty !== undefined && { presencePenalty }),
    ...(frequencyPenalty !== undefined && { frequencyPenalty }),
    ...(logitBias !== undefined && { logitBias }),
    // What mlx-lm's own commands spare: an answer should be able to end, and to begin a line.
    ...(xtcProbability !== undefined && { xtcProbability, xtcExcludedTokens: [...tokenizer.encode('\n', { addSpecialTokens: false }), ...tokenizer.endTokens] }),
    ...(xtcThreshold !== undefined && { xtcThreshold }),
  };
}
