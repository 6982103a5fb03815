import { buildGguf, f32 } from './gguf-builder.js';
import type { GgufEntry, GgufParts, GgufTestTensor } from './gguf-builder.js';
import { concat } from './tensors.js';

/** Sizes of {@link tinyGguf}. */
export const tinySizes = { hidden: 64, heads: 2, keyValueHeads: 1, headDimension: 32, intermediate: 96, layers: 1, vocabulary: 8 } as const;

const tokens = ['<|endoftext|>', '<|im_start|>', '<|im_end|>', 'a', 'b', 'ab', 'Ġ', 'c'];

/** Metadata of a llama with a smollm tokenizer; `changes` replace entries by key, or drop them where `undefined`. */
export function tinyMetadata(changes: Readonly<Record<string, GgufEntry | undefined>> = {}): readonly GgufEntry[] {
  const entries: readonly GgufEntry[] = [
    ['general.architecture', 8, 'llama'],
    ['llama.block_count', 4, tinySizes.layers],
    ['llama.context_length', 4, 128],
    ['llama.embedding_length', 4, tinySizes.hidden],
    ['llama.feed_forward_length', 4, tinySizes.intermediate],
    ['llama.attention.head_count', 4, tinySizes.heads],
    ['llama.attention.head_count_kv', 4, tinySizes.keyValueHeads],
    ['llama.rope.freq_base', 6, 100_000],
    ['llama.attention.layer_norm_rms_epsilon', 6, 1e-5],
    ['tokenizer.ggml.model', 8, 'gpt2'],
    ['tokenizer.ggml.pre', 8, 'smollm'],
    ['tokenizer.ggml.tokens', 9, { type: 8, items: tokens }],
    ['tokenizer.ggml.token_type', 9, { type: 5, items: [3, 3, 3, 1, 1, 1, 1, 4] }],
    ['tokenizer.ggml.merges', 9, { type: 8, items: ['a b'] }],
    ['tokenizer.ggml.bos_token_id', 4, 1],
    ['tokenizer.ggml.eos_token_id', 4, 2],
    ['tokenizer.ggml.add_bos_token', 7, 0],
    ['tokenizer.chat_template', 8, '{{ messages }}'],
  ];
  const kept = entries.flatMap((entry) => (entry[0] in changes ? [changes[entry[0]]] : [entry]));
  const added = Object.entries(changes).filter(([key]) => !entries.some(([name]) => name === key)).map(([, entry]) => entry);
  return [...kept, ...added].filter((entry) => entry !== undefined);
}

/** A tensor of F32 whose element i is `first + i`. */
export function f32Tensor(name: string, dimensions: readonly number[], first = 0): GgufTestTensor {
  const count = dimensions.reduce((product, dimension) => product * dimension, 1);
  return { name, dimensions, type: 0, bytes: concat(Array.from({ length: count }, (_, index) => f32(first + index))) };
}

/** All tensors of the tiny llama, in F32; `changes` replace tensors by name, or drop them where `undefined`. */
export function tinyTensors(changes: Readonly<Record<string, GgufTestTensor | undefined>> = {}): readonly GgufTestTensor[] {
  const { hidden, intermediate, keyValueHeads, headDimension, vocabulary } = tinySizes;
  const keys = keyValueHeads * headDimension;
  const tensors = [
    f32Tensor('token_embd.weight', [hidden, vocabulary]),
    f32Tensor('output_norm.weight', [hidden]),
    f32Tensor('blk.0.attn_norm.weight', [hidden]),
    f32Tensor('blk.0.attn_q.weight', [hidden, hidden]),
    f32Tensor('blk.0.attn_k.weight', [hidden, keys]),
    f32Tensor('blk.0.attn_v.weight', [hidden, keys]),
    f32Tensor('blk.0.attn_output.weight', [hidden, hidden]),
    f32Tensor('blk.0.ffn_norm.weight', [hidden]),
    f32Tensor('blk.0.ffn_gate.weight', [hidden, intermediate]),
    f32Tensor('blk.0.ffn_up.weight', [hidden, intermediate]),
    f32Tensor('blk.0.ffn_down.weight', [intermediate, hidden]),
  ];
  const kept = tensors.flatMap((tensor) => (tensor.name in changes ? [changes[tensor.name]] : [tensor]));
  const added = Object.entries(changes).filter(([name]) => !tensors.some((tensor) => tensor.name === name)).map(([, tensor]) => tensor);
  return [...kept, ...added].filter((tensor) => tensor !== undefined);
}

/** A whole GGUF of the tiny llama. */
export function tinyGguf(parts: GgufParts = {}): Uint8Array {
  return buildGguf({ metadata: tinyMetadata(), tensors: tinyTensors(), ...parts });
}
