import { checkNumber, describeValue } from '../checks/check-number.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { LogitBias } from '../backend/sampling.js';
import type { LogitBiasParameter } from './generate-parameters.js';

/** @throws `InvalidArgumentError` for what is no bias; whether ids are in the vocabulary is for the engine to say */
export function checkLogitBias(name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null) refuse(name, value);
  for (const pair of entries(value as LogitBiasParameter) as readonly unknown[]) {
    if (!Array.isArray(pair)) refuse(name, pair);
    const [token, bias] = pair as readonly unknown[];
    checkNumber(`${name}: token`, token, { minimum: 0, maximum: 0xffffffff, integer: true });
    checkNumber(`${name}[${token}]`, bias, { minimum: -Number.MAX_VALUE, maximum: Number.MAX_VALUE });
  }
}

/** Biases as pairs. */
export function logitBiasOf(value: LogitBiasParameter): LogitBias {
  return entries(value).map(([token, bias]) => [token, bias]);
}

function entries(value: LogitBiasParameter): readonly (readonly [number, number])[] {
  if (Array.isArray(value)) return value as readonly (readonly [number, number])[];
  if (value instanceof Map) return [...(value as ReadonlyMap<number, number>)];
  return Object.entries(value as Readonly<Record<number, number>>).map(([token, bias]) => [Number(token), bias]);
}

function refuse(name: string, value: unknown): never {
  throw new InvalidArgumentError('argument.wrong-type', { name, found: describeValue(value), expected: '{ [token]: bias } | [token, bias][] | Map' });
}
