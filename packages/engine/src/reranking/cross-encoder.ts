import type { OpenedTextModel } from '../open-model.js';
import { longestSequence } from '../vectors/longest-sequence.js';
import type { Scorer } from './scorer.js';

/** Query and document side by side, as the tokenizer puts two texts; the longer one is cut first. */
export function crossEncoder(opened: OpenedTextModel, activation: (score: number) => number): Scorer {
  const maximumLength = longestSequence(opened);
  return {
    takesInstruction: false,
    encode: (query, document) => opened.tokenizer.encodeSequence(query, { pair: document, maximumLength }),
    score: (output) => activation(output[0] ?? NaN),
  };
}
