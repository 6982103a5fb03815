import { checkNumber, describeValue, type NumberRange } from '../checks/check-number.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { checkTokens } from './check-tokens.js';
import type { LogitBias, SamplingParameters } from './sampling.js';

type NumericParameter = Exclude<keyof SamplingParameters, 'logitBias' | 'xtcExcludedTokens'>;

const finite: NumberRange = { minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE };
const positiveInteger: NumberRange = { minimum: 1, maximum: Infinity, integer: true };

const required: Partial<Record<NumericParameter, NumberRange>> = {
  temperature: { minimum: 0, maximum: Number.MAX_VALUE },
  topP: { minimum: 0, exclusiveMinimum: true, maximum: 1 },
  minP: { minimum: 0, maximum: 1 },
  topK: { minimum: 0, maximum: Infinity, integer: true },
  seed: { minimum: 0, maximum: 0xffffffff, integer: true },
};

const optional: Partial<Record<NumericParameter, NumberRange>> = {
  minTokensToKeep: positiveInteger,
  xtcProbability: { minimum: 0, maximum: 1 },
  xtcThreshold: { minimum: 0, maximum: 0.5 },
  repetitionPenalty: { minimum: 0, maximum: Number.MAX_VALUE },
  repetitionContext: positiveInteger,
  presencePenalty: finite,
  presenceContext: positiveInteger,
  frequencyPenalty: finite,
  frequencyContext: positiveInteger,
};

/** @throws `InvalidArgumentError` for a value out of range */
export function checkSampling(sampling: SamplingParameters, vocabularySize: number): void {
  for (const [name, range] of Object.entries(required)) checkNumber(`sampling.${name}`, sampling[name as NumericParameter], range);
  for (const [name, range] of Object.entries(optional)) {
    const value = sampling[name as NumericParameter];
    if (value !== undefined) checkNumber(`sampling.${name}`, value, range);
  }
  const { xtcExcludedTokens, logitBias } = sampling;
  if (xtcExcludedTokens !== undefined) checkTokens('sampling.xtcExcludedTokens', xtcExcludedTokens, 0, vocabularySize);
  if (logitBias !== undefined) checkLogitBias('sampling.logitBias', logitBias, vocabularySize);
}

function checkLogitBias(name: string, logitBias: LogitBias, vocabularySize: number): void {
  if (!Array.isArray(logitBias) && !(logitBias instanceof Map)) {
    throw new InvalidArgumentError('argument.wrong-type', { name, found: describeValue(logitBias), expected: '[token, bias][] | Map' });
  }
  for (const pair of logitBias as Iterable<unknown>) {
    if (!Array.isArray(pair)) throw new InvalidArgumentError('argument.wrong-type', { name, found: describeValue(pair), expected: '[token, bias]' });
    const [token, bias] = pair as readonly unknown[];
    checkNumber(`${name}: token`, token, { minimum: 0, maximum: vocabularySize - 1, integer: true });
    checkNumber(`${name}[${token}]`, bias, finite);
  }
}
