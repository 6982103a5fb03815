import { checkNumber, describeValue } from '../checks/check-number.js';
import { checkObject } from '../checks/check-object.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';

/**
 * How a model keeps the keys and values of its attentions. The semantics are those of mlx-lm's `kv_bits`, `kv_group_size`,
 * `quantized_kv_start` and `max_kv_size`, whose names are given below. Layers that attend to a sliding window keep no more than
 * that in any case.
 */
export interface CacheFormat {
  /** Bits of a number (`kv_bits`); needs the feature `quantized-cache`. Default: as the numbers are computed. */
  readonly bits?: 4 | 8;
  /** Numbers that share a scale (`kv_group_size`); divides the dimension of every head. Default 64. */
  readonly groupSize?: 32 | 64 | 128;
  /**
   * A sequence is quantized, as a whole, once it holds so many positions (`quantized_kv_start`): tokens from there on see quantized
   * keys and values. mlx-lm looks after each chunk of a prompt, so that there it depends on the chunks which tokens do. Default 0:
   * all of them.
   */
  readonly quantizedStart?: number;
  /**
   * Most positions that a token attends to, its own included: the first {@link keep} and the latest (`max_kv_size`). Needs the
   * feature `bounded-cache`. Default: all.
   */
  readonly maxPositions?: number;
  /** First positions that {@link maxPositions} leaves alone, fewer than that. Default 4. */
  readonly keep?: number;
}

/** {@link CacheFormat} with the defaults filled in. */
export interface CompleteCacheFormat extends Required<Omit<CacheFormat, 'bits' | 'maxPositions'>>, Pick<CacheFormat, 'bits' | 'maxPositions'> {}

const longest = 2 ** 30;

/**
 * Checks a format and fills in the defaults.
 * @throws `InvalidArgumentError`
 */
export function cacheFormat(format: CacheFormat = {}): CompleteCacheFormat {
  checkObject('cache', format);
  const { bits, groupSize = 64, quantizedStart = 0, maxPositions, keep = 4 } = format;
  if (bits !== undefined) checkOneOf('cache.bits', bits, [4, 8]);
  checkOneOf('cache.groupSize', groupSize, [32, 64, 128]);
  checkNumber('cache.quantizedStart', quantizedStart, { minimum: 0, maximum: longest, integer: true });
  checkNumber('cache.keep', keep, { minimum: 0, maximum: longest, integer: true });
  if (maxPositions !== undefined) checkNumber('cache.maxPositions', maxPositions, { minimum: keep + 1, maximum: longest, integer: true });
  return { groupSize, quantizedStart, keep, ...(bits !== undefined && { bits }), ...(maxPositions !== undefined && { maxPositions }) };
}

function checkOneOf(name: string, value: unknown, allowed: readonly number[]): void {
  if (allowed.some((one) => one === value)) return;
  throw new InvalidArgumentError('argument.out-of-range', { name, found: describeValue(value), expected: allowed.join(', ') });
}
