import type { SamplingDefaults } from '@mlxengine/core';
import type { ConfigReader } from './config-reader.js';

const tokenBounds = { minimum: 0, maximum: 2 ** 31 - 1 };

/** The ids of `eos_token_id`, one or a list; `undefined` where there are none. @throws `CheckpointError` */
export function readEndTokens(config: ConfigReader): readonly number[] | undefined {
  const value = config.raw('eos_token_id');
  if (!Array.isArray(value)) {
    const token = config.optionalInteger('eos_token_id', tokenBounds);
    return token === undefined ? undefined : [token];
  }
  const valid = value.every((token) => Number.isSafeInteger(token) && token >= tokenBounds.minimum && token <= tokenBounds.maximum);
  if (!valid) throw config.invalid('eos_token_id', `integer ${tokenBounds.minimum} … ${tokenBounds.maximum}`);
  return value.length === 0 ? undefined : (value as readonly number[]);
}

/**
 * What the model's makers recommend for sampling; `undefined` where they say nothing or greedy (`do_sample: false`).
 * As in transformers, sampling without a temperature means temperature 1, and a top-k of 0 or less is off.
 * @throws `CheckpointError`
 */
export function readSamplingDefaults(config: ConfigReader): SamplingDefaults | undefined {
  if (!config.boolean('do_sample', true)) return undefined;
  const temperature = config.optionalNumber('temperature', { minimum: 0, maximum: 1e6 }) ?? (config.has('do_sample') ? 1 : undefined);
  const topP = config.optionalNumber('top_p', { minimum: Number.MIN_VALUE, maximum: 1 });
  const topK = config.optionalInteger('top_k', { minimum: -1, maximum: 2 ** 31 - 1 });
  const minP = config.optionalNumber('min_p', { minimum: 0, maximum: 1 });
  const defaults: SamplingDefaults = {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(topK !== undefined && topK > 0 && { topK }),
    ...(minP !== undefined && { minP }),
  };
  return Object.keys(defaults).length === 0 ? undefined : defaults;
}
