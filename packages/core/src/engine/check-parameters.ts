import { checkNumber, describeValue } from '../checks/check-number.js';
import { mostLogProbabilities } from '../backend/token-request.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import { checkLogitBias } from './check-logit-bias.js';
import type { EngineImplementation } from './engine-implementation.js';
import type { GenerateParameterName, GenerateParameters } from './generate-parameters.js';

const mostStopStrings = 16;
const finite = { minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE };

const checks: { readonly [Name in GenerateParameterName]: (name: string, value: unknown) => void } = {
  maxTokens: (name, value) => checkNumber(name, value, { minimum: 1, maximum: Infinity, integer: true }),
  temperature: (name, value) => checkNumber(name, value, { minimum: 0, maximum: Number.MAX_VALUE }),
  topP: (name, value) => checkNumber(name, value, { minimum: 0, exclusiveMinimum: true, maximum: 1 }),
  topK: (name, value) => checkNumber(name, value, { minimum: 1, maximum: Infinity, integer: true }),
  minP: (name, value) => checkNumber(name, value, { minimum: 0, maximum: 1 }),
  seed: (name, value) => checkNumber(name, value, { minimum: 0, maximum: 0xffffffff, integer: true }),
  stop: checkStop,
  repetitionPenalty: (name, value) => checkNumber(name, value, { minimum: 0, maximum: Number.MAX_VALUE }),
  presencePenalty: (name, value) => checkNumber(name, value, finite),
  frequencyPenalty: (name, value) => checkNumber(name, value, finite),
  logitBias: checkLogitBias,
  xtcProbability: (name, value) => checkNumber(name, value, { minimum: 0, maximum: 1 }),
  xtcThreshold: (name, value) => checkNumber(name, value, { minimum: 0, maximum: 0.5 }),
  logProbabilities: (name, value) => checkNumber(name, value, { minimum: 0, maximum: mostLogProbabilities, integer: true }),
};

/**
 * Checks the parameters of a call against what the engine supports and each one's range.
 * @throws `UnsupportedFeatureError` for one that is unknown or unsupported, `InvalidArgumentError` for a bad value
 */
export function checkParameters(parameters: GenerateParameters, { model, supports }: EngineImplementation): void {
  if (typeof parameters !== 'object' || parameters === null) refuse('parameters', parameters, 'object');
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue;
    if (name === 'signal') {
      checkSignal(value);
    } else if ((supports.parameters as readonly string[]).includes(name) && Object.hasOwn(checks, name)) {
      checks[name as GenerateParameterName](name, value);
    } else {
      const supported = supports.parameters.join(', ') || '-';
      throw new UnsupportedFeatureError('feature.parameter', { model: model.id, parameter: name, supported });
    }
  }
}

function checkStop(name: string, value: unknown): void {
  if (!Array.isArray(value)) return refuse(name, value, 'string[]');
  checkNumber(`${name}.length`, value.length, { minimum: 0, maximum: mostStopStrings });
  const wrong = value.findIndex((text) => typeof text !== 'string' || text === '');
  if (wrong >= 0) refuse(`${name}[${wrong}]`, value[wrong], 'string, not empty');
}

function checkSignal(value: unknown): void {
  // Not `instanceof`: the signal may come from another realm, such as a frame or a test environment.
  const signal = value as Partial<AbortSignal>;
  if (typeof signal.aborted !== 'boolean' || typeof signal.addEventListener !== 'function') {
    refuse('signal', value, 'AbortSignal');
  }
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new InvalidArgumentError('argument.wrong-type', { name, found: describeValue(value), expected });
}
