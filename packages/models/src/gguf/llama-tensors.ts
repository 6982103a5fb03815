import { CheckpointError } from '@mlxengine/core';
import type { GgufHeader, GgufTensor } from './gguf-types.js';

/** A GGUF tensor and what it is in the checkpoint. */
export interface NamedTensor {
  readonly source: GgufTensor;
  /** Module path in the checkpoint. */
  readonly path: string;
  readonly parameter: 'weight' | 'bias';
  /** Rows of an attention head whose rope order has to be put back; 0 where rows stay. */
  readonly headRows: number;
}

/** Sizes that tensors are checked against. */
export interface LlamaSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly intermediate: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headDimension: number;
  readonly vocabulary: number;
}

interface Expected {
  readonly path: string;
  /** Of `weight`; a bias has its first dimension. */
  readonly shape: readonly number[];
  readonly headRows?: number;
  readonly optional?: boolean;
}

/** llama's factors for scaled rope: they go into config.json, not into the checkpoint's tensors. */
export const ropeFactorsName = 'rope_freqs.weight';

function layerTensors(layer: number, sizes: LlamaSizes): readonly (readonly [string, Expected])[] {
  const { hidden, intermediate, heads, keyValueHeads, headDimension } = sizes;
  const from = `blk.${layer}`;
  const to = `model.layers.${layer}`;
  const queries = heads * headDimension;
  const keys = keyValueHeads * headDimension;
  return [
    [`${from}.attn_norm`, { path: `${to}.input_layernorm`, shape: [hidden] }],
    [`${from}.attn_q`, { path: `${to}.self_attn.q_proj`, shape: [queries, hidden], headRows: headDimension }],
    [`${from}.attn_k`, { path: `${to}.self_attn.k_proj`, shape: [keys, hidden], headRows: headDimension }],
    [`${from}.attn_v`, { path: `${to}.self_attn.v_proj`, shape: [keys, hidden] }],
    [`${from}.attn_output`, { path: `${to}.self_attn.o_proj`, shape: [hidden, queries] }],
    [`${from}.ffn_norm`, { path: `${to}.post_attention_layernorm`, shape: [hidden] }],
    [`${from}.ffn_gate`, { path: `${to}.mlp.gate_proj`, shape: [intermediate, hidden] }],
    [`${from}.ffn_up`, { path: `${to}.mlp.up_proj`, shape: [intermediate, hidden] }],
    [`${from}.ffn_down`, { path: `${to}.mlp.down_proj`, shape: [hidden, intermediate] }],
  ];
}

function expectedTensors(sizes: LlamaSizes): readonly (readonly [string, Expected])[] {
  const { hidden, vocabulary, layers } = sizes;
  return [
    ['token_embd', { path: 'model.embed_tokens', shape: [vocabulary, hidden] }],
    ...Array.from({ length: layers }, (_, layer) => layerTensors(layer, sizes)).flat(),
    ['output_norm', { path: 'model.norm', shape: [hidden] }],
    ['output', { path: 'lm_head', shape: [vocabulary, hidden], optional: true }],
  ];
}

/**
 * Gives every tensor of a llama GGUF its name in the checkpoint, in the order of execution.
 * @throws `CheckpointError` where a tensor is missing, has another shape, or is none that llama has
 */
export function nameLlamaTensors(header: GgufHeader, sizes: LlamaSizes): readonly NamedTensor[] {
  if (sizes.layers * 9 > header.tensors.size) {
    throw missing(header, `blk.${Math.floor(header.tensors.size / 9)}`);
  }
  const named: NamedTensor[] = [];
  for (const [name, { path, shape, headRows = 0, optional = false }] of expectedTensors(sizes)) {
    const weight = header.tensors.get(`${name}.weight`);
    const bias = header.tensors.get(`${name}.bias`);
    if (weight !== undefined) {
      checkShape(header, weight, shape);
      named.push({ source: weight, path, parameter: 'weight', headRows });
    } else if (!optional) {
      throw missing(header, `${name}.weight`);
    }
    if (bias !== undefined && shape.length === 2) {
      checkShape(header, bias, shape.slice(0, 1));
      named.push({ source: bias, path, parameter: 'bias', headRows });
    }
  }
  checkNothingLeft(header, named);
  return named;
}

function checkShape({ file }: GgufHeader, { name, shape, type }: GgufTensor, expected: readonly number[]): void {
  if (shape.length !== expected.length || shape.some((dimension, index) => dimension !== expected[index])) {
    throw new CheckpointError('gguf.invalid-tensor', {
      file, tensor: name, expected: `shape [${expected.join(', ')}]`, found: `[${shape.join(', ')}]`,
    });
  }
  if (shape.length === 1 && type.blockElements !== 1) {
    throw new CheckpointError('gguf.invalid-tensor', {
      file, tensor: name, expected: 'a vector of F32, F16 or BF16', found: type.name,
    });
  }
}

/** A tensor that nobody asked for means that the model computes something else than we would. */
function checkNothingLeft({ file, tensors }: GgufHeader, named: readonly NamedTensor[]): void {
  const used = new Set(named.map(({ source }) => source.name));
  for (const name of tensors.keys()) {
    if (!used.has(name) && name !== ropeFactorsName) throw new CheckpointError('gguf.unknown-tensor', { file, tensor: name });
  }
}

function missing({ file }: GgufHeader, tensor: string): CheckpointError {
  return new CheckpointError('gguf.missing-tensor', { file, tensor });
}
