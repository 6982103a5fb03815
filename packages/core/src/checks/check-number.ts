import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/** Range of a number that a caller gave. */
export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly integer?: boolean;
  /** Whether the minimum itself is out of range. */
  readonly exclusiveMinimum?: boolean;
}

/** @throws `InvalidArgumentError` where the value is no number or outside the range. */
export function checkNumber(name: string, value: unknown, range: NumberRange): asserts value is number {
  if (typeof value !== 'number') {
    throw new InvalidArgumentError('argument.wrong-type', { name, found: describeValue(value), expected: describeRange(range) });
  }
  const tooSmall = range.exclusiveMinimum === true ? value <= range.minimum : value < range.minimum;
  const fits = !tooSmall && value <= range.maximum && (range.integer !== true || Number.isInteger(value));
  if (!fits) {
    throw new InvalidArgumentError('argument.out-of-range', { name, found: value, expected: describeRange(range) });
  }
}

/** A value as a message shows it: short, on one line, never an object's insides. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (Array.isArray(value)) return `[${value.length}]`;
  return typeof value;
}

function describeRange({ minimum, maximum, integer, exclusiveMinimum }: NumberRange): string {
  const from = exclusiveMinimum === true ? `> ${minimum}` : `>= ${minimum}`;
  const to = Number.isFinite(maximum) ? `, <= ${maximum}` : '';
  return `${integer === true ? 'integer' : 'number'} ${from}${to}`;
}
