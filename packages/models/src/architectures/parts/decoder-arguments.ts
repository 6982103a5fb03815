import type { ConfigReader } from '../../config/config-reader.js';
import { limits } from '../limits.js';

/** Sizes of a head and how many there are. */
export interface HeadArguments {
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDimension: number;
}

/** What nearly every decoder's config says. */
export interface DecoderArguments extends HeadArguments {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly layers: number;
  /** Of the norms. */
  readonly epsilon: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly tieWordEmbeddings: boolean;
}

/** How a family departs from the usual keys. */
export interface DecoderOptions {
  /** Key of the norms' epsilon; default `rms_norm_eps`. */
  readonly epsilon?: string;
  /** Whether `head_dim` counts, or always `hidden_size / num_attention_heads`; default `read`. */
  readonly headDimension?: 'read' | 'derived';
}

/** Reads the usual keys; give the family's defaults with `config.withDefaults({ … })`. */
export function readDecoder(config: ConfigReader, options: DecoderOptions = {}): DecoderArguments {
  return { ...readTrunk(config, options), intermediateSize: config.integer('intermediate_size', limits.intermediateSize) };
}

/** {@link readDecoder} for families that say the size of their MLPs in another way. */
export function readTrunk(
  config: ConfigReader, { epsilon = 'rms_norm_eps', headDimension = 'read' }: DecoderOptions = {},
): Omit<DecoderArguments, 'intermediateSize'> {
  const hiddenSize = config.integer('hidden_size', limits.hiddenSize);
  return {
    hiddenSize,
    ...readHeads(config, hiddenSize, headDimension),
    layers: config.integer('num_hidden_layers', limits.layers),
    epsilon: config.number(epsilon, limits.epsilon),
    vocabularySize: config.integer('vocab_size', limits.vocabulary),
    contextLength: readContextLength(config),
    tieWordEmbeddings: config.boolean('tie_word_embeddings', true),
  };
}

/** `num_attention_heads`, `num_key_value_heads` (default: as many), `head_dim` (default: an equal part of the hidden size). */
export function readHeads(config: ConfigReader, hiddenSize: number, headDimension: 'read' | 'derived' = 'read'): HeadArguments {
  const heads = config.integer('num_attention_heads', limits.heads);
  const keyValueHeads = config.integer('num_key_value_heads', limits.heads, heads);
  if (heads % keyValueHeads !== 0) throw config.invalid('num_key_value_heads', `n, ${heads} / n`);
  const { minimum } = limits.headDimension;
  const derived = Math.floor(hiddenSize / heads);
  if (headDimension === 'read') return { heads, keyValueHeads, headDimension: config.integer('head_dim', limits.headDimension, derived) };
  if (derived < minimum) throw config.invalid('hidden_size', `>= ${minimum * heads}`);
  return { heads, keyValueHeads, headDimension: derived };
}

/** `max_position_embeddings`; dynamic rope goes on beyond it. 2048 is what transformers takes where a config is silent. */
export function readContextLength(config: ConfigReader): number {
  const length = config.integer('max_position_embeddings', limits.context, 2048);
  const scaling = config.object('rope_scaling') ?? config.object('rope_parameters');
  if (scaling?.raw('type') !== 'dynamic' && scaling?.raw('rope_type') !== 'dynamic') return length;
  const stretched = Math.ceil(length * scaling.number('factor', { minimum: 1e-6, maximum: 1e6 }));
  return Math.min(Math.max(stretched, length, 2048), limits.context.maximum);
}
