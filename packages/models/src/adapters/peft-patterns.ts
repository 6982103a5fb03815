import type { ConfigReader } from '../config/config-reader.js';
import type { Bounds } from '../config/config-reader.js';

/** What a pattern may be made of; PEFT takes any regular expression, which nobody should run from an untrusted file. */
const plain = /^\^?(?:[\w-]|\\?\.)+\$?$/;

/**
 * PEFT's `rank_pattern` or `alpha_pattern`: a value for layers by the end of their names, after a dot or whole. The first that fits counts.
 * @returns the value of a layer, or the default
 * @throws `CheckpointError`
 */
export function readPattern(config: ConfigReader, key: string, bounds: Bounds, fallback: number): (layer: string) => number {
  const patterns = config.object(key);
  const entries = (patterns?.keys() ?? []).map((pattern) => {
    if (!plain.test(pattern)) throw patterns?.invalid(pattern, 'the end of a layer\'s name') ?? config.invalid(key, '{…}');
    const name = pattern.replace(/^\^|\$$/g, '').replaceAll('\\.', '.');
    const isWhole = pattern.startsWith('^');
    const value = patterns?.number(pattern, bounds) ?? fallback;
    return { value, fits: (layer: string): boolean => layer === name || (!isWhole && layer.endsWith(`.${name}`)) };
  });
  return (layer) => entries.find(({ fits }) => fits(layer))?.value ?? fallback;
}
