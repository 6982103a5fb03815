import type { OpenedTextModel } from '../open-model.js';

/** Most tokens of a sequence: what the model's files say, the tokenizer's own limit where they are silent, and never more than the model has. */
export function longestSequence({ checkpoint, tokenizer }: OpenedTextModel): number {
  const { graph, embedding } = checkpoint;
  return Math.min(graph.contextLength, embedding?.maximumLength ?? tokenizer.maximumLength ?? Infinity);
}
