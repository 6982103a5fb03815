import type { ConfigReader } from '../../config/config-reader.js';
import { limits } from '../limits.js';
import { unsupported } from './unsupported.js';

/**
 * `layer_types`: what each layer is, of the kinds that a family knows.
 * @param fallback - what layer i is where the config is silent
 */
export function readLayerTypes<const Kind extends string>(
  config: ConfigReader, layers: number, kinds: readonly Kind[], fallback: (layer: number) => Kind,
): readonly Kind[] {
  const types = config.optionalStrings('layer_types') ?? Array.from({ length: layers }, (_, layer) => fallback(layer));
  if (types.length !== layers) throw config.invalid('layer_types', `[${layers} × string]`);
  return types.map((type) => {
    const kind = kinds.find((known) => known === type);
    if (kind === undefined) throw unsupported(`layers of the type ${JSON.stringify(type)}`, `Supported: ${kinds.join(', ')}.`);
    return kind;
  });
}

/** A layer's attention, by transformers' names. */
export type AttentionType = 'full_attention' | 'sliding_attention';

/** {@link readLayerTypes} of attention; where the config is silent: full, or as `fallback` says. */
export function readAttentionTypes(
  config: ConfigReader, layers: number, fallback: (layer: number) => AttentionType = () => 'full_attention',
): readonly AttentionType[] {
  return readLayerTypes(config, layers, ['full_attention', 'sliding_attention'], fallback);
}

/** The window of each layer: `sliding_window` for those that slide, `undefined` for the others. */
export function readWindows(config: ConfigReader, types: readonly AttentionType[]): readonly (number | undefined)[] {
  return types.map((type) => (type === 'sliding_attention' ? config.integer('sliding_window', limits.context) : undefined));
}

/** The usual pattern: every n-th layer is full, those before it slide. */
export function everyNth(n: number): (layer: number) => AttentionType {
  return (layer) => ((layer + 1) % n === 0 ? 'full_attention' : 'sliding_attention');
}
