import type { SamplingParameters, TokenBatch } from '@mlxengine/core/backend';
import type { Pacer } from '../execution/pacer.js';

/** A request as it goes to the runtime: checked, and without what cannot be cloned. */
export interface GenerateJob {
  readonly prompt: Uint32Array;
  /** Most tokens to generate; no more than the context holds. */
  readonly maxTokens: number;
  readonly stopTokens: readonly number[];
  readonly sampling: SamplingParameters;
  /** Whether the caller holds a constraint, to be asked before each token. */
  readonly constrained: boolean;
}

/** What may come next by a constraint: tokens that must, or a mask of those that may. */
export type ConstraintAnswer = { readonly forced: readonly number[] } | { readonly mask: Uint32Array };

/** What a generation needs of its surroundings. */
export interface JobHost {
  readonly pacer: Pacer;
  emit(batch: TokenBatch): void;
  /** Tells the constraint which tokens were chosen, and asks what may come next; not asked where it is over. */
  constrain(accepted: readonly number[], over: boolean): Promise<ConstraintAnswer | undefined>;
}
