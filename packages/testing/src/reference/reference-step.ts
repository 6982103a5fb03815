import type { ReferenceSequence } from './reference-sequence.js';

/** The new tokens of one sequence. */
export interface StepTokens {
  readonly sequence: ReferenceSequence;
  readonly tokens: readonly number[];
  /** Segments; absent: all 0. */
  readonly tokenTypes?: readonly number[] | undefined;
}

/** Where a sequence's new tokens lie in a step. */
export interface StepPart {
  readonly sequence: ReferenceSequence;
  /** Row of its first token. */
  readonly start: number;
  readonly count: number;
  /** Position of its first token in the sequence. */
  readonly position: number;
}

/** The new tokens of several sequences, one after another. */
export interface ReferenceStep {
  readonly tokens: readonly number[];
  readonly tokenTypes: readonly number[];
  readonly positions: readonly number[];
  readonly parts: readonly StepPart[];
  /** Rows whose logits are wanted. */
  readonly rows: readonly number[];
}

/** Lays the tokens of several sequences one after another. */
export function createStep(entries: readonly StepTokens[], rows: readonly number[]): ReferenceStep {
  let start = 0;
  const parts = entries.map(({ sequence, tokens }) => {
    const part = { sequence, start, count: tokens.length, position: sequence.tokens.length };
    start += tokens.length;
    return part;
  });
  return {
    tokens: entries.flatMap(({ tokens }) => tokens),
    tokenTypes: entries.flatMap(({ tokens, tokenTypes }) => tokenTypes ?? tokens.map(() => 0)),
    positions: parts.flatMap(({ position, count }) => Array.from({ length: count }, (_, index) => position + index)),
    parts,
    rows,
  };
}
