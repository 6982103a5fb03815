import type { Bounds, ConfigReader } from '../../config/config-reader.js';
import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
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

/** A number for each layer, of a list or one for all. */
export function readPerLayer(config: ConfigReader, key: string, layers: number, bounds: Bounds, fallback?: number): readonly number[] {
  const listed: unknown = config.raw(key);
  if (!Array.isArray(listed)) return Array<number>(layers).fill(config.number(key, bounds, fallback));
  const numbers = listed.filter((item): item is number => typeof item === 'number' && item >= bounds.minimum && item <= bounds.maximum);
  if (numbers.length === listed.length && numbers.length >= layers) return numbers.slice(0, layers);
  throw config.invalid(key, `[${layers} × number ${bounds.minimum} … ${bounds.maximum}]`);
}

/** For each layer the one whose keys and values it reads: the last `num_kv_shared_layers` those of the last one before them of their kind. */
export function readKeyLayers<Kind extends string>(config: ConfigReader, types: readonly Kind[], fallback?: number): readonly number[] {
  const shared = config.integer('num_kv_shared_layers', { minimum: 0, maximum: types.length - 1 }, fallback);
  const first = types.length - shared;
  return types.map((type, layer) => {
    const owner = layer < first ? layer : types.lastIndexOf(type, first - 1);
    if (owner < 0) throw config.invalid('num_kv_shared_layers', `that leave a layer of the type ${type} before them`);
    return owner;
  });
}

/** Drops the keys and values of layers that read another's, which no graph reads; `model` is what comes before `.layers`. */
export function dropSharedKeys(tensors: CheckpointTensors, keyLayers: readonly number[], model: string): void {
  const paths = keyLayers.flatMap((owner, layer) => (owner === layer ? [] : [`${model}.layers.${layer}.self_attn`]));
  const unused = paths.flatMap((path) => [`${path}.k_proj.`, `${path}.v_proj.`, `${path}.k_norm.`]);
  tensors.drop((name) => unused.some((prefix) => name.startsWith(prefix)));
}
