import { logitBiasOf } from './check-logit-bias.js';
import type { EngineImplementation } from './engine-implementation.js';
import type { EngineParameters } from './engine-parameters.js';
import type { GenerateParameterName, GenerateParameters } from './generate-parameters.js';

/** Fills in the model's defaults, else greedy ones, and draws a seed where one will be used. */
export function resolveParameters(parameters: GenerateParameters, { model, supports }: EngineImplementation): EngineParameters {
  const defaults = model.samplingDefaults ?? {};
  const supported = (name: GenerateParameterName): boolean => supports.parameters.includes(name);
  const choose = (name: 'temperature' | 'topP' | 'topK' | 'minP', off: number): number =>
    supported(name) ? (parameters[name] ?? defaults[name] ?? off) : off;
  const temperature = choose('temperature', 0);
  const seed = parameters.seed ?? (temperature > 0 && supported('seed') ? randomSeed() : undefined);
  return {
    ...(parameters.maxTokens === undefined ? {} : { maxTokens: parameters.maxTokens }),
    temperature,
    topP: choose('topP', 1),
    topK: choose('topK', 0),
    minP: choose('minP', 0),
    ...(seed === undefined ? {} : { seed }),
    stop: [...(parameters.stop ?? [])],
    ...given(parameters),
    ...(parameters.logitBias === undefined ? {} : { logitBias: logitBiasOf(parameters.logitBias) }),
  };
}

const withoutDefault = ['repetitionPenalty', 'presencePenalty', 'frequencyPenalty', 'xtcProbability', 'xtcThreshold', 'logProbabilities'] as const;

/** Parameters that are as they were given, or absent. */
function given(parameters: GenerateParameters): Pick<EngineParameters, (typeof withoutDefault)[number]> {
  return Object.fromEntries(withoutDefault.flatMap((name) => (parameters[name] === undefined ? [] : [[name, parameters[name]]])));
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
}
