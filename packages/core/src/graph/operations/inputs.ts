import type { ValueId } from '../graph-value.js';

/** The ids of the step's new tokens, `[tokens]`. */
export interface TokensOperation {
  readonly type: 'tokens';
  readonly output: ValueId;
}

/** The position of each new token in its sequence, counted from 0, plus `offset`: int32 `[tokens]`. */
export interface PositionsOperation {
  readonly type: 'positions';
  readonly offset: number;
  readonly output: ValueId;
}

/** The segment of each new token (BERT's token types), int32 `[tokens]`; 0 where a request says nothing. */
export interface TokenTypesOperation {
  readonly type: 'tokenTypes';
  readonly output: ValueId;
}

/** A tensor of the checkpoint as a value with the leading dimension `none`. */
export interface ParameterOperation {
  readonly type: 'parameter';
  /** Path of a `tensor`. */
  readonly weight: string;
  readonly output: ValueId;
}

/** Rows of a matrix chosen by id: int32 `[n]` to `[n, H]`. */
export interface EmbeddingOperation {
  readonly type: 'embedding';
  readonly input: ValueId;
  readonly weight: string;
  /** Ids from here on read row 0 instead; absent: every id is a row. */
  readonly limit?: number;
  readonly output: ValueId;
}

/** Keeps the rows whose logits the step was asked for: leading `tokens` to leading `rows`. */
export interface SelectRowsOperation {
  readonly type: 'selectRows';
  readonly input: ValueId;
  readonly output: ValueId;
}

/** How {@link PoolOperation} makes one vector of a sequence's: the mean, the greatest element, the first or the last token's. */
export type PoolMode = 'mean' | 'max' | 'first' | 'last';

/** One vector a sequence, which has to lie in the step whole: `[tokens, H]` to `[sequences, H]`. */
export interface PoolOperation {
  readonly type: 'pool';
  readonly mode: PoolMode;
  readonly input: ValueId;
  readonly output: ValueId;
}
