import { UnsupportedFeatureError } from '@mlxengine/core';
import { ConfigReader, type Checkpoint } from '@mlxengine/models';
import type { EncodedSequence } from '@mlxengine/text';

/** How one kind of reranker puts its question and reads its answer. */
export interface Scorer {
  /** Default: the kind takes no instruction. */
  readonly takesInstruction: boolean;
  encode(query: string, document: string, instruction: string | undefined): EncodedSequence;
  /** Of what the model gives for a sequence. */
  score(output: Float32Array): number;
}

/** The function on the score that sentence-transformers' entries in config.json name; a sigmoid where they are silent. */
export function activationOf(checkpoint: Checkpoint): (score: number) => number {
  const config = new ConfigReader(checkpoint.config);
  const name = config.object('sentence_transformers')?.string('activation_fn', '') || config.string('sbert_ce_default_activation_function', '');
  switch (name.split('.').at(-1)) {
    case '': case 'Sigmoid': return sigmoid;
    case 'Identity': return (score) => score;
    default: throw unsupportedReranker(checkpoint, `the activation ${JSON.stringify(name)}`);
  }
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

export function unsupportedReranker({ graph }: Checkpoint, feature: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: `The reranker of the architecture ${graph.architecture}`, feature, remedy: 'Choose a cross-encoder with one label, or a Qwen3 reranker.',
  });
}
