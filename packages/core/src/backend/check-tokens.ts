import { checkNumber } from '../checks/check-number.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/** @throws `InvalidArgumentError` where these are fewer ids than `least`, or one is not below the vocabulary's size */
export function checkTokens(name: string, tokens: readonly number[] | Uint32Array, least: number, vocabularySize: number): void {
  if (!Array.isArray(tokens) && !(tokens instanceof Uint32Array)) {
    throw new InvalidArgumentError('argument.wrong-type', { name, found: typeof tokens, expected: 'number[] | Uint32Array' });
  }
  checkNumber(`${name}.length`, tokens.length, { minimum: least, maximum: Infinity });
  const wrong = tokens.findIndex((token: number) => !Number.isInteger(token) || token < 0 || token >= vocabularySize);
  if (wrong >= 0) checkNumber(`${name}[${wrong}]`, tokens[wrong], { minimum: 0, maximum: vocabularySize - 1, integer: true });
}
