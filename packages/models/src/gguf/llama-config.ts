import { CheckpointError, UnsupportedArchitectureError } from '@mlxengine/core';
import type { GgufHeader } from './gguf-types.js';
import type { LlamaSizes } from './llama-tensors.js';
import { MetadataReader } from './metadata-access.js';

/** Settings of config.json that come from metadata, and the sizes that tensors are checked against. */
export interface LlamaConfig {
  readonly sizes: LlamaSizes;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Settings of llama.cpp's llama family that change what is computed and that the graph of `llama` does not have. */
const unsupportedScales = ['attention.scale', 'logit_scale', 'embedding_scale', 'residual_scale'] as const;
const defaultRopeBase = 10_000;

/**
 * Translates the metadata of a llama GGUF.
 * @throws `UnsupportedArchitectureError` for another family, `CheckpointError` where metadata is missing, invalid or asks for
 * something that `llama` does not compute
 */
export function readLlamaConfig(header: GgufHeader): LlamaConfig {
  const metadata = new MetadataReader(header);
  checkFamily(header, metadata);
  const heads = positive(metadata, 'llama.attention.head_count');
  const hidden = positive(metadata, 'llama.embedding_length');
  const headDimension = readHeadDimension(header, metadata, hidden, heads);
  const sizes: LlamaSizes = {
    layers: positive(metadata, 'llama.block_count'),
    hidden,
    intermediate: positive(metadata, 'llama.feed_forward_length'),
    heads,
    keyValueHeads: metadata.has('llama.attention.head_count_kv') ? positive(metadata, 'llama.attention.head_count_kv') : heads,
    headDimension,
    vocabulary: header.tensors.get('token_embd.weight')?.shape[0] ?? 0,
  };
  const settings = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: sizes.hidden,
    intermediate_size: sizes.intermediate,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.heads,
    num_key_value_heads: sizes.keyValueHeads,
    head_dim: sizes.headDimension,
    vocab_size: sizes.vocabulary,
    max_position_embeddings: positive(metadata, 'llama.context_length'),
    rms_norm_eps: shortestFloat32(metadata.requiredNumber('llama.attention.layer_norm_rms_epsilon')),
    rope_theta: shortestFloat32(metadata.number('llama.rope.freq_base') ?? defaultRopeBase),
    tie_word_embeddings: !header.tensors.has('output.weight'),
    attention_bias: hasBiases(header, ['attn_q', 'attn_k', 'attn_v', 'attn_output'], sizes.layers),
    mlp_bias: hasBiases(header, ['ffn_gate', 'ffn_up', 'ffn_down'], sizes.layers),
  };
  return { sizes, settings };
}

function checkFamily(header: GgufHeader, metadata: MetadataReader): void {
  const architecture = metadata.requiredText('general.architecture');
  if (architecture !== 'llama') {
    throw new UnsupportedArchitectureError('architecture.unknown', { architecture, supported: 'llama (GGUF)' });
  }
  if ((metadata.count('llama.expert_count') ?? 0) > 0) {
    throw new UnsupportedArchitectureError('architecture.unknown', {
      architecture: 'llama with a mixture of experts', supported: 'llama (GGUF)',
    });
  }
  if ((metadata.count('split.count') ?? 1) > 1) {
    throw unsupported(header, 'a model split into several files');
  }
  if ((metadata.number('llama.attention.sliding_window') ?? 0) > 0) throw unsupported(header, 'sliding window attention');
  for (const name of unsupportedScales) {
    if (metadata.has(`llama.${name}`)) throw unsupported(header, `llama.${name}`);
  }
}

function positive(metadata: MetadataReader, key: string): number {
  const value = metadata.requiredCount(key);
  if (value < 1) throw metadata.invalid(key, 'an integer of 1 or more', value);
  return value;
}

function readHeadDimension(header: GgufHeader, metadata: MetadataReader, hidden: number, heads: number): number {
  const dimension = metadata.count('llama.attention.key_length') ?? hidden / heads;
  if (!Number.isInteger(dimension) || dimension < 2 || dimension % 2 !== 0) {
    throw metadata.invalid('llama.attention.head_count', `a number of heads of even size in ${hidden}`, heads);
  }
  const values = metadata.count('llama.attention.value_length') ?? dimension;
  if (values !== dimension) throw unsupported(header, 'values of another size than keys');
  const rotated = metadata.count('llama.rope.dimension_count') ?? dimension;
  if (rotated !== dimension) throw unsupported(header, 'rope on a part of each head');
  return dimension;
}

/**
 * Whether all layers have these biases.
 * @throws `CheckpointError` where only some have: config.json can say yes or no only
 */
function hasBiases(header: GgufHeader, names: readonly string[], layers: number): boolean {
  let found = 0;
  for (const name of header.tensors.keys()) {
    const match = /^blk\.\d+\.(\w+)\.bias$/.exec(name);
    if (match?.[1] !== undefined && names.includes(match[1])) found++;
  }
  if (found === 0) return false;
  if (found === names.length * layers) return true;
  throw unsupported(header, `biases in some of ${names.join(', ')} only`);
}

/** The decimal that a float32 was written from, such as 0.00001 for 9.999999747378752e-6. */
export function shortestFloat32(value: number): number {
  for (let digits = 1; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === Math.fround(value)) return candidate;
  }
  return value;
}

function unsupported({ file }: GgufHeader, feature: string): CheckpointError {
  return new CheckpointError('gguf.unsupported', { file, feature });
}
