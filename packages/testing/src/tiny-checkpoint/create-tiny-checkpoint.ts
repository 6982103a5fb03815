import { specialTokens } from '../tiny-engine/byte-tokenizer.js';
import { normEpsilon, ropeBase, tinyGraph } from '../tiny-model/tiny-graph.js';
import { tinyModelShape, type TinyModelOptions, type TinyModelShape } from '../tiny-model/tiny-model-options.js';
import { tinyTensors } from '../tiny-model/tiny-tensors.js';
import { safetensorsFile } from './safetensors-file.js';
import { tinyTextOptions } from './tiny-text-options.js';
import { tokenizerConfigJson, tokenizerJson } from './tokenizer-files.js';

/** What config.json of a llama can say; the vocabulary is that of the tokenizer. */
export type TinyCheckpointOptions = Omit<TinyModelOptions, 'vocabularySize' | 'silentTokens' | 'rotaryDimensions' | 'ropeAmplitude'>;

/**
 * The files of a tiny model in MLX's format, as mlx-lm reads them: config.json, generation_config.json,
 * model.safetensors, tokenizer.json, tokenizer_config.json with a chat template. The same for the same options.
 *
 * @example
 * ```ts
 * import { createMemorySource, createTinyCheckpoint } from '@mlxengine/testing';
 *
 * const files = createTinyCheckpoint({ quantization: { mode: 'affine', bits: 4, groupSize: 64 } });
 * const source = createMemorySource('tiny', files);
 * console.log((await source.list()).map(({ path }) => path));
 * ```
 */
export function createTinyCheckpoint(options: TinyCheckpointOptions = {}): ReadonlyMap<string, Uint8Array> {
  const shape = tinyModelShape({ ...tinyTextOptions, ...options });
  const json = (value: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
  const endToken = specialTokens['<|im_end|>'];
  return new Map([
    ['config.json', json({ ...modelConfig(shape), eos_token_id: endToken })],
    ['generation_config.json', json({ do_sample: false, eos_token_id: endToken })],
    ['model.safetensors', safetensorsFile(tinyTensors(tinyGraph(shape), shape))],
    ['tokenizer.json', json(tokenizerJson())],
    ['tokenizer_config.json', json(tokenizerConfigJson(shape.contextLength))],
  ]);
}

function modelConfig(shape: TinyModelShape): object {
  const { quantization } = shape;
  const settings = quantization && { group_size: quantization.groupSize, bits: quantization.bits, mode: quantization.mode };
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_act: 'silu',
    hidden_size: shape.hiddenSize,
    intermediate_size: shape.intermediateSize,
    num_hidden_layers: shape.layers,
    num_attention_heads: shape.heads,
    num_key_value_heads: shape.keyValueHeads,
    head_dim: shape.headDimension,
    vocab_size: shape.vocabularySize,
    max_position_embeddings: shape.contextLength,
    rms_norm_eps: normEpsilon,
    rope_theta: ropeBase,
    rope_traditional: shape.traditionalRope,
    attention_bias: shape.attentionBias,
    tie_word_embeddings: shape.tiedEmbedding,
    ...(settings && { quantization: settings, quantization_config: settings }),
  };
}
