import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { ropeSettings } from '../graph/rope-scaling.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { dropUnused } from './parts/sanitize.js';

interface HunyuanArguments extends DecoderArguments {
  readonly bias: boolean;
  readonly queryKeyNorm: boolean;
  readonly rope: RopeSettings;
}

function readArguments(config: ConfigReader): HunyuanArguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config.withDefaults({ tie_word_embeddings: false, max_position_embeddings: 32768 }));
  return {
    ...args,
    bias: config.boolean('attention_bias', false),
    queryKeyNorm: config.boolean('use_qk_norm', true),
    rope: readRope(config, args.headDimension),
  };
}

/** Scaling by `alpha` makes the base greater, for every length alike, and as in mlx-lm whatever the type says. */
function readRope(config: ConfigReader, dimensions: number): RopeSettings {
  const parameters = config.object('rope_parameters');
  const scaling = config.object('rope_scaling') ?? parameters;
  const variant = scaling?.string('type', scaling.string('rope_type', 'default')) ?? 'default';
  const alpha = scaling?.number('alpha', { minimum: 1e-6, maximum: 1e9 }, variant === 'default' ? 1 : undefined) ?? 1;
  if (dimensions < 4 || dimensions % 2 !== 0) throw config.invalid('head_dim', '2 · n, n > 1');
  const theta = config.number('rope_theta', limits.ropeBase, parameters?.number('rope_theta', limits.ropeBase, 10000) ?? 10000);
  return ropeSettings({ dimensions, base: theta * alpha ** (dimensions / (dimensions - 2)), traditional: false });
}

const norms = { q_norm: 'query_layernorm', k_norm: 'key_layernorm' } as const;

function buildGraph(graph: GraphBuilder, args: HunyuanArguments): GraphResult {
  const norm = rmsNorm(graph, args);
  return decoder(graph, args, {
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm,
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, {
        ...args, outputBias: args.bias,
        rotated: args.queryKeyNorm ? (value, name) => norm(value, `${path}.self_attn.${norms[name]}`) : undefined,
      }),
      mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, { ...args, bias: false }),
    }),
  });
}

/** Hunyuan 0.5B to 7B. Source: mlx-lm `models/hunyuan_v1_dense.py`. */
export const hunyuan_v1_dense: Architecture = defineArchitecture({ modelType: 'hunyuan_v1_dense', readArguments, buildGraph, sanitize: dropUnused });
