import type { BackendFeature, BackendLoadOptions } from '@mlxengine/core/backend';
import type { TinyStateKind } from '@mlxengine/testing';

export type KindName = 'standard' | 'ring' | 'quantized' | 'quantized ring' | 'latent' | 'recurrent' | 'mixed';

/** A row of the table. */
export interface CacheKind {
  /** What the model's graph declares. */
  readonly state: TinyStateKind;
  /** What makes it this kind of cache. */
  readonly options: BackendLoadOptions;
  /** What the backend has to have for it. */
  readonly needs: readonly BackendFeature[];
}

/** Every kind of cache. */
export const kinds: Readonly<Record<KindName, CacheKind>> = {
  standard: { state: 'standard', options: {}, needs: [] },
  ring: { state: 'ring', options: {}, needs: [] },
  quantized: { state: 'standard', options: {}, needs: ['quantized-cache'] },
  'quantized ring': { state: 'ring', options: {}, needs: ['quantized-cache'] },
  latent: { state: 'latent', options: {}, needs: [] },
  recurrent: { state: 'recurrent', options: {}, needs: [] },
  mixed: { state: 'mixed', options: {}, needs: [] },
};
