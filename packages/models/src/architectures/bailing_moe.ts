import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RouteOptions } from '../graph/builder/expert-builder.js';
import { normalizeColumns } from '../sanitize/rewrites.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { preNormLayer, rmsNorm } from './parts/decoder.js';
import { expertBounds, factorBounds, normalized, projections, readExpertCounts, readGroups, stackExperts, switchGlu } from './parts/experts.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { partialRotary, readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { unsupported } from './parts/unsupported.js';

interface BailingArguments extends DecoderArguments {
  readonly experts: number;
  readonly expertSize: number;
  /** 0: no expert that every token takes. */
  readonly sharedSize: number;
  readonly route: RouteOptions;
  readonly expertBias: boolean;
  readonly firstSparse: number;
  readonly bias: boolean;
  readonly queryBias: boolean;
  readonly normalizesHeads: boolean;
  readonly normalizesHead: boolean;
  readonly rope: ReturnType<typeof readRope>;
}

function readRoute(config: ConfigReader, experts: number, count: number): RouteOptions {
  const scoring = config.string('score_function', 'softmax');
  if (scoring !== 'softmax' && scoring !== 'sigmoid') throw unsupported(`the router's scores ${JSON.stringify(scoring)}`);
  const groups = readGroups(config.withDefaults({ topk_group: 4 }), experts);
  const scale = config.number('routed_scaling_factor', factorBounds, 1);
  return { scoring, count, scale, ...(groups && { groups }), ...normalized(config, count, 1e-20) };
}

function readArguments(given: ConfigReader): BailingArguments {
  const config = given.withDefaults({ tie_word_embeddings: false });
  checkActivation(config, ['silu']);
  const decoderArguments = readDecoder(config, { headDimension: 'derived' });
  const { experts, count } = readExpertCounts(config, 'num_experts');
  const expertSize = config.integer('moe_intermediate_size', limits.intermediateSize);
  const sharedSize = config.integer('moe_shared_expert_intermediate_size', limits.intermediateSize, expertSize)
    * config.integer('num_shared_experts', { ...expertBounds, minimum: 0 });
  const rotary = config.integer('rotary_dim', limits.headDimension, partialRotary(config, decoderArguments.headDimension));
  return {
    ...decoderArguments, experts, expertSize,
    sharedSize: config.boolean('moe_router_enable_shared_expert', true) ? sharedSize : 0,
    route: readRoute(config, experts, count),
    expertBias: config.boolean('moe_router_enable_expert_bias', false),
    firstSparse: config.integer('first_k_dense_replace', { minimum: 0, maximum: limits.layers.maximum }),
    bias: config.boolean('use_bias', false),
    queryBias: config.boolean('use_qkv_bias', false),
    normalizesHeads: config.boolean('use_qk_norm', false),
    normalizesHead: config.boolean('norm_head', false),
    rope: readRope(config, { dimensions: rotary, traditional: false }),
  };
}

function attention(graph: GraphBuilder, args: BailingArguments, x: ValueId, path: string): ValueId {
  const names = { q_norm: 'query_layernorm', k_norm: 'key_layernorm' };
  const split = (value: ValueId, name: 'q_norm' | 'k_norm'): ValueId => graph.rmsNorm(value, `${path}.${names[name]}`, args);
  return selfAttention(graph, x, path, {
    ...args, fused: 'query_key_value', output: 'dense', bias: args.queryBias, outputBias: args.bias, ...(args.normalizesHeads && { split }),
  });
}

function mlp(graph: GraphBuilder, args: BailingArguments, x: ValueId, path: string, layer: number): ValueId {
  if (layer < args.firstSparse) return gatedMlp(graph, x, path, args);
  const gates = graph.linear(x, `${path}.gate.gate_proj`, { dimensions: args.experts });
  const routed = graph.route(gates, { ...args.route, ...(args.expertBias && { selectionBias: `${path}.gate.expert_bias` }) });
  const mixed = switchGlu(graph, x, routed, `${path}.switch_mlp`, { ...args, intermediateSize: args.expertSize });
  return args.sharedSize === 0 ? mixed : graph.add(mixed, gatedMlp(graph, x, `${path}.shared_experts`, { ...args, intermediateSize: args.sharedSize }));
}

function buildGraph(graph: GraphBuilder, args: BailingArguments): GraphResult {
  const { vocabularySize, hiddenSize, contextLength } = args;
  const norm = rmsNorm(graph, args);
  let h = graph.embedding(graph.tokens(), 'model.word_embeddings', { rows: vocabularySize, dimensions: hiddenSize });
  for (let layer = 0; layer < args.layers; layer += 1) {
    const path = `model.layers.${layer}`;
    h = preNormLayer(graph, h, path, {
      norm, attention: (x) => attention(graph, args, x, `${path}.attention`), mlp: (x) => mlp(graph, args, x, `${path}.mlp`, layer),
    });
  }
  const head = args.tieWordEmbeddings ? 'model.word_embeddings' : 'lm_head';
  return { logits: graph.linear(norm(graph.selectRows(h), 'model.norm'), head, { dimensions: vocabularySize }), contextLength };
}

/** Ling. Source: mlx-lm `models/bailing_moe.py`. */
export const bailing_moe: Architecture = defineArchitecture({
  modelType: 'bailing_moe',
  readArguments,
  buildGraph,
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    if (args.normalizesHead) {
      // mlx-lm divides whatever it loads, its own conversions included, which changes nothing the second time.
      tensors.update('lm_head.weight', normalizeColumns);
    }
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
    tensors.rename((name) => name.replace(/\.mlp\.gate\.(weight|bias)$/, '.mlp.gate.gate_proj.$1'));
  },
});
