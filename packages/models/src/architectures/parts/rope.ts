import type { ConfigReader } from '../../config/config-reader.js';
import { ropeSettings } from '../../graph/rope-scaling.js';
import type { RopeSettings } from '../../graph/rope-settings.js';
import { limits } from '../limits.js';

/** How {@link readRope} reads; absent ones are the config's. */
export interface RopeOptions {
  /** Elements of a head that rotate, see {@link partialRotary}. */
  readonly dimensions: number;
  /** Key of the base; default `rope_theta`. */
  readonly base?: string;
  /** Where a config is silent; default 10000. */
  readonly defaultBase?: number;
  /** Whether neighbours are a pair; default `rope_traditional`, else no. */
  readonly traditional?: boolean;
  /** Scaling in place of the config's; `null`: none. */
  readonly scaling?: ConfigReader | null;
  /** Key of a layer's kind in `rope_parameters`, where they differ by it, such as `full_attention`. */
  readonly layerType?: string;
}

/** Rotary settings of `rope_theta` and `rope_scaling`, or of `rope_parameters`, where transformers 5 keeps both. */
export function readRope(config: ConfigReader, options: RopeOptions): RopeSettings {
  const { dimensions, base: key = 'rope_theta', defaultBase = 10000, traditional = config.boolean('rope_traditional', false) } = options;
  if (dimensions < 2 || dimensions % 2 !== 0) throw config.invalid('head_dim', `2 · n rotary dimensions (found ${dimensions})`);
  const parameters = readParameters(config, options.layerType);
  const base = config.number(key, limits.ropeBase, parameters?.number('rope_theta', limits.ropeBase, defaultBase) ?? defaultBase);
  const scaling = options.scaling === undefined ? readScaling(config, options.layerType) : options.scaling ?? undefined;
  return ropeSettings({ dimensions, base, traditional, scaling, maxPositionEmbeddings: config.integer('max_position_embeddings', limits.context, 2048) });
}

/** `rope_scaling`, or where there is none `rope_parameters`. */
export function readScaling(config: ConfigReader, layerType?: string): ConfigReader | undefined {
  return config.object('rope_scaling') ?? readParameters(config, layerType);
}

function readParameters(config: ConfigReader, layerType: string | undefined): ConfigReader | undefined {
  const parameters = config.object('rope_parameters');
  return layerType !== undefined && parameters?.has(layerType) === true ? parameters.object(layerType) : parameters;
}

/** How many elements of a head `partial_rotary_factor` leaves to rotate, rounded down as mlx-lm does. */
export function partialRotary(config: ConfigReader, headDimension: number, defaultFactor = 1): number {
  const factor = config.object('rope_parameters')?.raw('partial_rotary_factor') ?? defaultFactor;
  return Math.floor(headDimension * config.number('partial_rotary_factor', { minimum: 0, maximum: 1 }, Number(factor)));
}
