import { createVariantModel } from '../backend-suite/operations/operation-variant.js';
import { stateKindVariants, type TinyStateKind } from '../backend-suite/operations/recurrence-variants.js';
import type { TinyModel } from './create-tiny-model.js';

/**
 * A model of one or a few operations that keeps states of a kind: 96 tokens, a context of 256, windows of 8, its matrix
 * `embed` `[96, 32]`. The same on every machine.
 */
export function createTinyStateModel(kind: TinyStateKind): TinyModel {
  return createVariantModel(stateKindVariants[kind]);
}
