import { CheckpointError } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import { readSafetensors, type TensorWithBytes } from '@mlxengine/models';
import { floatsOf, integersOf } from './reference-tensors.js';

/** Values of another implementation for the same tokens, as {@link readReference} finds them in a safetensors file. */
export interface ReferenceValues {
  /** `[L]`, tensor `tokens` */
  readonly tokens: readonly number[];
  /** `[L]`, tensor `token_types`; default: all 0 */
  readonly tokenTypes: readonly number[] | undefined;
  /** `[L, V]`, tensor `logits`: the whole in one pass */
  readonly logits: Float32Array | undefined;
  /** `[S, V]`, tensor `step_logits`: the last S positions, one token at a time through the cache */
  readonly stepLogits: Float32Array | undefined;
  /** `[n]`, tensor `embedding`, `pooled` or `scores` */
  readonly pooled: Float32Array | undefined;
  /** `[L, n]`, tensor `hidden` or `last_hidden_state` */
  readonly hidden: Float32Array | undefined;
  /** File that they were read from, and what each is called and shaped there. */
  readonly origin?: {
    readonly file: string;
    readonly tensors: Readonly<Record<string, { readonly name: string; readonly shape: readonly number[] }>>;
  };
}

/** One of the values of a reference. */
export type ReferenceTensor = Exclude<keyof ReferenceValues, 'origin'>;

/** Names in a file; the first that is there counts. */
const tensorNames: Readonly<Record<ReferenceTensor, readonly string[]>> = {
  tokens: ['tokens', 'input_ids'],
  tokenTypes: ['token_types', 'token_type_ids'],
  logits: ['logits'],
  stepLogits: ['step_logits'],
  pooled: ['embedding', 'embeddings', 'sentence_embedding', 'pooled', 'pooler_output', 'scores'],
  hidden: ['hidden', 'hidden_states', 'last_hidden_state'],
};

/**
 * Reads reference values. Whether their shapes fit the model is checked where they are compared.
 * @param file - as the source lists it
 * @throws `CheckpointError`; what the source throws
 */
export async function readReference(source: ModelSource, file: string, signal?: AbortSignal): Promise<ReferenceValues> {
  const tensors = await readSafetensors(source, file, { signal });
  const path = `${source.name}/${file}`;
  const found: Partial<Record<ReferenceTensor, TensorWithBytes>> = {};
  for (const [key, names] of Object.entries(tensorNames) as [ReferenceTensor, readonly string[]][]) {
    const name = names.find((candidate) => tensors.has(candidate));
    if (name !== undefined) found[key] = tensors.get(name) as TensorWithBytes;
  }
  const { tokens, tokenTypes } = found;
  if (tokens === undefined) throw new CheckpointError('checkpoint.unknown-tensor', { source: path, tensor: 'tokens' });
  const floats = (tensor: TensorWithBytes | undefined): Float32Array | undefined => tensor && floatsOf(tensor, path);
  return {
    tokens: integersOf(tokens, path),
    tokenTypes: tokenTypes && integersOf(tokenTypes, path),
    logits: floats(found.logits),
    stepLogits: floats(found.stepLogits),
    pooled: floats(found.pooled),
    hidden: floats(found.hidden),
    origin: { file: path, tensors: found },
  };
}
