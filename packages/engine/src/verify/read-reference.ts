import { CheckpointError } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import { readSafetensors, type TensorWithBytes } from '@mlxengine/models';

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
}

/**
 * Reads reference values.
 * @param file - as the source lists it
 * @throws `CheckpointError`; what the source throws
 */
export async function readReference(source: ModelSource, file: string, signal?: AbortSignal): Promise<ReferenceValues> {
  const tensors = await readSafetensors(source, file, { signal });
  const first = (...names: readonly string[]): TensorWithBytes | undefined => names.map((name) => tensors.get(name)).find((found) => found !== undefined);
  const floats = (...names: readonly string[]): Float32Array | undefined => {
    const tensor = first(...names);
    return tensor && floatsOf(tensor, source.name);
  };
  const tokens = first('tokens', 'input_ids');
  const types = first('token_types', 'token_type_ids');
  if (tokens === undefined) throw new CheckpointError('checkpoint.unknown-tensor', { source: `${source.name}/${file}`, tensor: 'tokens' });
  return {
    tokens: integersOf(tokens, source.name),
    tokenTypes: types && integersOf(types, source.name),
    logits: floats('logits'),
    stepLogits: floats('step_logits'),
    pooled: floats('embedding', 'embeddings', 'sentence_embedding', 'pooled', 'pooler_output', 'scores'),
    hidden: floats('hidden', 'hidden_states', 'last_hidden_state'),
  };
}

function integersOf(tensor: TensorWithBytes, source: string): readonly number[] {
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.byteLength);
  switch (tensor.dtype) {
    case 'I32': return Array.from({ length: tensor.byteLength / 4 }, (_, i) => view.getInt32(4 * i, true));
    case 'U32': return Array.from({ length: tensor.byteLength / 4 }, (_, i) => view.getUint32(4 * i, true));
    case 'I64': return Array.from({ length: tensor.byteLength / 8 }, (_, i) => Number(view.getBigInt64(8 * i, true)));
    default: throw mismatch(tensor, source, 'I32 | U32 | I64');
  }
}

function floatsOf(tensor: TensorWithBytes, source: string): Float32Array {
  const view = new DataView(tensor.bytes.buffer, tensor.bytes.byteOffset, tensor.byteLength);
  switch (tensor.dtype) {
    case 'F32': return Float32Array.from({ length: tensor.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
    case 'BF16': return new Float32Array(Uint32Array.from({ length: tensor.byteLength / 2 }, (_, i) => view.getUint16(2 * i, true) << 16).buffer);
    default: throw mismatch(tensor, source, 'F32 | BF16');
  }
}

function mismatch({ name, dtype, shape }: TensorWithBytes, source: string, expected: string): CheckpointError {
  return new CheckpointError('checkpoint.tensor-mismatch', { tensor: name, source, found: `${dtype} [${shape.join(', ')}]`, expected });
}
