import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { readAttentionTypes, readWindows } from './parts/layer-types.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** What a config of Llama says; families that add to it build on this one's functions. */
export interface LlamaArguments extends DecoderArguments {
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  /** Of each layer; `undefined`: no rotation. */
  readonly ropes: readonly (RopeSettings | undefined)[];
  /** Of each layer; `undefined`: full attention. */
  readonly windows: readonly (number | undefined)[];
}

/** Reads what `buildLlama` takes. */
export function readLlama(config: ConfigReader): LlamaArguments {
  checkActivation(config, ['silu', 'swish']);
  const decoderArguments = readDecoder(config);
  const { layers, headDimension: dimensions } = decoderArguments;
  const rope = readRope(config, { dimensions });
  return {
    ...decoderArguments,
    attentionBias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
    ropes: Array.from({ length: layers }, () => rope),
    windows: readWindows(config, readAttentionTypes(config, layers)),
  };
}

function transformerBlock(graph: GraphBuilder, args: LlamaArguments, x: ValueId, path: string, layer: number): ValueId {
  const { attentionBias: bias, mlpBias, ropes, windows } = args;
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias, outputBias: bias, rope: ropes[layer], window: windows[layer] }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, bias: mlpBias }),
  });
}

/** The graph of `readLlama`'s arguments; `prefix` comes before every name. */
export function buildLlama(graph: GraphBuilder, args: LlamaArguments, prefix = ''): GraphResult {
  return decoder(graph, args, { prefix, layer: (x, path, layer) => transformerBlock(graph, args, x, path, layer) });
}

/** Llama 1 to 3, Mistral, SmolLM 1 and 2 and what has their shape. Source: mlx-lm `models/llama.py` and `MODEL_REMAPPING`. */
export const llama: Architecture = defineArchitecture({
  modelType: 'llama',
  aliases: ['mistral', 'iquestcoder', 'xverse'],
  readArguments: readLlama,
  buildGraph: buildLlama,
  sanitize: dropUnused,
});
