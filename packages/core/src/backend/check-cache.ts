import { checkNumber, describeValue } from '../checks/check-number.js';
import { checkObject } from '../checks/check-object.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { LoadCacheRequest, PrefixCacheOptions, PrefixCacheRequest, SaveCacheRequest } from './cache.js';
import { checkTokens } from './check-tokens.js';

/** @throws `InvalidArgumentError` for a value out of range */
export function checkCacheOptions(options: PrefixCacheOptions): void {
  checkObject('prefixCache', options);
  const { bytes, folder, folderBytes } = options;
  if (bytes !== undefined) checkNumber('prefixCache.bytes', bytes, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true });
  if (folder !== undefined) checkText('prefixCache.folder', folder, 1);
  if (folderBytes !== undefined) checkNumber('prefixCache.folderBytes', folderBytes, { minimum: 0, maximum: Number.MAX_SAFE_INTEGER, integer: true });
}

/** @throws `InvalidArgumentError` for a value out of range */
export function checkCacheRequest(request: PrefixCacheRequest, promptLength: number): void {
  checkObject('cache', request);
  const { borders = [], salt } = request;
  if (!Array.isArray(borders)) throw wrongType('cache.borders', borders, 'number[]');
  let least = 1;
  for (const [index, border] of borders.entries()) {
    checkNumber(`cache.borders[${index}]`, border, { minimum: least, maximum: promptLength - 1, integer: true });
    least = border + 1;
  }
  if (salt !== undefined) checkText('cache.salt', salt, 0);
}

/** @throws `InvalidArgumentError` for a value out of range */
export function checkSaveCache(request: SaveCacheRequest, vocabularySize: number): void {
  checkObject('request', request);
  const { tokens, path, salt, metadata = {} } = request;
  checkTokens('tokens', tokens, 1, vocabularySize);
  checkText('path', path, 1);
  if (salt !== undefined) checkText('salt', salt, 0);
  for (const [key, value] of Object.entries(metadata)) {
    checkText(`metadata.${key}`, value, 0);
    // mlx-lm makes a tree of the keys by their dots.
    if (key === '' || key.includes('.')) throw wrongType('metadata', key, 'keys without a dot');
  }
}

/** @throws `InvalidArgumentError` for a value out of range */
export function checkLoadCache(request: LoadCacheRequest, vocabularySize: number): void {
  checkObject('request', request);
  const { path, tokens, salt } = request;
  checkText('path', path, 1);
  if (tokens !== undefined) checkTokens('tokens', tokens, 1, vocabularySize);
  if (salt !== undefined) checkText('salt', salt, 0);
}

// More than any name or path, less than what would be a load of its own.
const maxTextLength = 65_536;

function checkText(name: string, value: unknown, least: number): void {
  if (typeof value !== 'string') throw wrongType(name, value, 'string');
  checkNumber(`${name}.length`, value.length, { minimum: least, maximum: maxTextLength });
  if (value.includes('\0')) throw wrongType(name, value, 'text without the character 0');
}

function wrongType(name: string, value: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError('argument.wrong-type', { name, found: describeValue(value), expected });
}
