import type { Tokenizer } from '@mlxengine/core';

/** A whole sequence, special tokens and all, as encoders take it. */
export interface EncodedSequence {
  readonly ids: readonly number[];
  /** Segment of each id: 0, and 1 for most of what belongs to a second text. */
  readonly types: readonly number[];
}

/** How to make an {@link EncodedSequence}. */
export interface EncodeSequenceOptions {
  /** A second text beside the first. */
  readonly pair?: string;
  /** Most ids in all; texts are cut at their end (at their beginning where the tokenizer says so), special tokens stay. Default: any number. */
  readonly maximumLength?: number;
}

/** What {@link loadTokenizer} gives: a {@link Tokenizer} that makes whole sequences, too. */
export interface TextTokenizer extends Tokenizer {
  /** `model_max_length` of tokenizer_config.json, where it is a real limit. */
  readonly maximumLength: number | undefined;
  encodeSequence(text: string, options?: EncodeSequenceOptions): EncodedSequence;
}
