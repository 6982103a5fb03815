import type { BackendFeature, BackendLoadOptions } from '@mlxengine/core/backend';
import type { TinyStateKind } from '@mlxengine/testing';

/** A row of the table. */
export interface CacheKind {
  /** What the model's graph declares. */
  readonly state: TinyStateKind;
  /** What makes it this kind of cache. */
  readonly options: BackendLoadOptions & { readonly cache?: { readonly bits?: 4 | 8; readonly quantizedStart?: number; readonly maxPositions?: number } };
  /** What the backend has to have for it. */
  readonly needs: readonly BackendFeature[];
  /** Code of the error that loading a model with such a cache is, where there is none of the kind. */
  readonly refusal?: string;
}

type KindName =
  | 'standard' | 'ring' | 'quantized' | 'quantized with sinks' | 'quantized on the way' | 'quantized ring' | 'bounded' | 'quantized bounded'
  | 'latent' | 'quantized latent' | 'bounded latent' | 'recurrent' | 'mixed' | 'quantized mixed';

const quantized = { options: { cache: { bits: 8 } }, needs: ['quantized-cache'] } as const;
const bounded = { options: { cache: { maxPositions: 24 } }, needs: ['bounded-cache'] } as const;

/** Every kind of cache. */
export const kinds: Readonly<Record<KindName, CacheKind>> = {
  standard: { state: 'standard', options: {}, needs: [] },
  ring: { state: 'ring', options: {}, needs: [] },
  quantized: { state: 'standard', ...quantized },
  'quantized with sinks': { state: 'sinks', ...quantized },
  'quantized on the way': { state: 'standard', options: { cache: { bits: 4, quantizedStart: 36 } }, needs: ['quantized-cache'] },
  'quantized ring': { state: 'ring', ...quantized },
  bounded: { state: 'standard', ...bounded },
  'quantized bounded': { state: 'standard', options: { cache: { bits: 8, maxPositions: 24 } }, needs: ['quantized-cache', 'bounded-cache'] },
  latent: { state: 'latent', options: {}, needs: [] },
  'quantized latent': { state: 'latent', ...quantized, refusal: 'feature.unsupported' },
  'bounded latent': { state: 'latent', ...bounded },
  recurrent: { state: 'recurrent', options: {}, needs: [] },
  mixed: { state: 'mixed', options: {}, needs: [] },
  'quantized mixed': { state: 'mixed', ...quantized },
};
