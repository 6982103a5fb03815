import type { Bounds } from '../config/config-reader.js';

type LimitName =
  | 'layers' | 'heads' | 'headDimension' | 'hiddenSize' | 'intermediateSize' | 'vocabulary' | 'context' | 'epsilon' | 'ropeBase' | 'scalar';

/**
 * Bounds of sizes that a config may ask for, well above any model that exists: a graph and its memory estimate follow from
 * them before anything else is checked.
 */
export const limits: Readonly<Record<LimitName, Bounds>> = {
  layers: { minimum: 1, maximum: 1024 },
  heads: { minimum: 1, maximum: 4096 },
  headDimension: { minimum: 2, maximum: 8192 },
  hiddenSize: { minimum: 1, maximum: 2 ** 20 },
  intermediateSize: { minimum: 1, maximum: 2 ** 22 },
  vocabulary: { minimum: 1, maximum: 2 ** 24 },
  context: { minimum: 1, maximum: 2 ** 31 - 1 },
  epsilon: { minimum: 0, maximum: 1 },
  ropeBase: { minimum: 1e-3, maximum: 1e15 },
  /** Factors, divisors and caps. */
  scalar: { minimum: 1e-9, maximum: 1e9 },
};
