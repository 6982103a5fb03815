import type { ConfigReader } from '../config/config-reader.js';

/** What rotary settings are made from, as in mlx-lm's `initialize_rope`. */
export interface RopeInit {
  /** Elements of a head that are rotated; even. */
  readonly dimensions: number;
  /** `rope_theta`: pair i of n turns by base ** (-i / n) radians a position before any scaling. */
  readonly base: number;
  /** `true`: neighbours are a pair; `false`: element i and i + dimensions / 2. */
  readonly traditional: boolean;
  /** `rope_scaling` of a config; absent is the default variant. */
  readonly scaling?: ConfigReader | undefined;
  /** `max_position_embeddings`, which dynamic and longrope start from; default 2048. */
  readonly maxPositionEmbeddings?: number | undefined;
}

/** `type` wins over `rope_type`; neither means default. */
export function variantOf(scaling: ConfigReader): string {
  return scaling.string('type', '') || scaling.string('rope_type', 'default');
}
