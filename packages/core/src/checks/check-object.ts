import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { describeValue } from './check-number.js';

/** @throws `InvalidArgumentError` where the value is no object, such as null */
export function checkObject(name: string, value: unknown): void {
  if (typeof value === 'object' && value !== null) return;
  throw new InvalidArgumentError('argument.wrong-type', { name, found: describeValue(value), expected: 'object' });
}
