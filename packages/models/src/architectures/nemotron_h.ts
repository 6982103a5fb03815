import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { RouteOptions } from '../graph/builder/expert-builder.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readContextLength, readHeads } from './parts/decoder-arguments.js';
import type { HeadArguments } from './parts/decoder-arguments.js';
import { expertBounds, factorBounds, normalized, readExpertCounts, readGroups, stackExperts } from './parts/experts.js';
import { mamba2Scan, readMamba2 } from './parts/mamba2.js';
import type { Mamba2Arguments } from './parts/mamba2.js';
import { moveConvolutionTaps } from './parts/recurrent-names.js';
import { dropUnused } from './parts/sanitize.js';

interface ExpertArguments {
  readonly experts: number;
  readonly expertSize: number;
  /** Of the expert that every token takes; 0: there is none. */
  readonly sharedSize: number;
  /** Size that the experts work in; `undefined`: the hidden size. */
  readonly latentSize: number | undefined;
  readonly route: RouteOptions;
}

interface NemotronArguments extends HeadArguments, Mamba2Arguments {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly blocks: readonly Block[];
  readonly epsilon: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly attentionBias: boolean;
  readonly mlpBias: boolean;
  readonly moe: ExpertArguments | undefined;
}

type Block = 'M' | '*' | '-' | 'E';

const blockNames: Readonly<Record<string, Block>> = {
  'M': 'M', '*': '*', '-': '-', 'E': 'E', full_attention: '*', linear_attention: 'M', moe: 'E', mlp: '-', attention: '*', mamba: 'M', conv: 'M',
};

function readBlocks(config: ConfigReader): readonly Block[] {
  const pattern = config.raw('hybrid_override_pattern');
  const key = pattern !== undefined ? 'hybrid_override_pattern' : config.has('layers_block_type') ? 'layers_block_type' : 'layer_types';
  const names = typeof pattern === 'string' ? [...pattern] : config.optionalStrings(key);
  const blocks = names?.map((name) => (Object.hasOwn(blockNames, name) ? blockNames[name] : undefined));
  if (blocks === undefined || blocks.length === 0 || blocks.length > limits.layers.maximum) throw config.invalid(key, '[M | * | - | E, …]');
  return blocks.map((block) => {
    if (block === undefined) throw config.invalid(key, Object.keys(blockNames).join(' | '));
    return block;
  });
}

function readExperts(config: ConfigReader): ExpertArguments {
  const { experts, count } = readExpertCounts(config, 'n_routed_experts');
  const groups = readGroups(config, experts);
  const shared = config.has('n_shared_experts') && config.integer('n_shared_experts', { ...expertBounds, minimum: 0 }) > 0;
  return {
    experts,
    expertSize: config.integer('moe_intermediate_size', limits.intermediateSize),
    sharedSize: shared ? config.integer('moe_shared_expert_intermediate_size', limits.intermediateSize) : 0,
    latentSize: config.optionalInteger('moe_latent_size', limits.hiddenSize),
    route: {
      scoring: 'sigmoid', count, scale: config.number('routed_scaling_factor', factorBounds, 1), ...(groups && { groups }),
      ...normalized(config, count, 1e-20, false),
    },
  };
}

function readArguments(config: ConfigReader): NemotronArguments {
  const hiddenSize = config.integer('hidden_size', limits.hiddenSize);
  const blocks = readBlocks(config);
  return {
    ...readHeads(config, hiddenSize),
    ...readMamba2(config, {
      heads: 'mamba_num_heads', headDimension: 'mamba_head_dim', groups: 'n_groups', stateSize: 'ssm_state_size', taps: 'conv_kernel',
      convolutionBias: 'use_conv_bias', projectionBias: 'mamba_proj_bias',
    }),
    hiddenSize, blocks,
    intermediateSize: config.integer('intermediate_size', limits.intermediateSize),
    epsilon: config.number('layer_norm_epsilon', limits.epsilon),
    vocabularySize: config.integer('vocab_size', limits.vocabulary),
    contextLength: readContextLength(config),
    attentionBias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
    moe: blocks.includes('E') ? readExperts(config) : undefined,
  };
}

/** The gated answer is normalized in groups. */
function mixer(graph: GraphBuilder, x: ValueId, path: string, args: NemotronArguments): ValueId {
  const { mixerHeads, mixerHeadDimension, groups, epsilon } = args;
  const size = mixerHeads * mixerHeadDimension;
  const { y, gate } = mamba2Scan(graph, x, path, args);
  const grouped = graph.rmsNorm(graph.reshape(graph.gated('silu', gate, y), [groups, size / groups]), undefined, { epsilon });
  const normed = graph.multiply(graph.reshape(grouped, [size]), graph.parameter(`${path}.norm.weight`, [size]));
  return graph.linear(normed, `${path}.out_proj`, { dimensions: args.hiddenSize, bias: args.projectionBias });
}

function mlp(graph: GraphBuilder, x: ValueId, path: string, size: number, { hiddenSize, mlpBias: bias }: NemotronArguments): ValueId {
  const up = graph.unary('relu2', graph.linear(x, `${path}.up_proj`, { dimensions: size, bias }));
  return graph.linear(up, `${path}.down_proj`, { dimensions: hiddenSize, bias });
}

function experts(graph: GraphBuilder, x: ValueId, path: string, args: NemotronArguments, moe: ExpertArguments): ValueId {
  const { hiddenSize, mlpBias: bias } = args;
  const { experts: count, latentSize } = moe;
  const gates = graph.linear(x, `${path}.gate`, { dimensions: count });
  const { indices, weights } = graph.route(gates, { ...moe.route, selectionBias: `${path}.gate.e_score_correction_bias` });
  const input = latentSize === undefined ? x : graph.linear(x, `${path}.fc1_latent_proj`, { dimensions: latentSize, bias });
  const up = graph.expertLinear(input, indices, `${path}.switch_mlp.fc1`, { experts: count, dimensions: moe.expertSize });
  const down = graph.expertLinear(graph.unary('relu2', up), indices, `${path}.switch_mlp.fc2`, { experts: count, dimensions: latentSize ?? hiddenSize });
  const mixed = graph.combine(down, weights);
  const y = latentSize === undefined ? mixed : graph.linear(mixed, `${path}.fc2_latent_proj`, { dimensions: hiddenSize, bias });
  return moe.sharedSize === 0 ? y : graph.add(y, mlp(graph, x, `${path}.shared_experts`, moe.sharedSize, args));
}

function block(graph: GraphBuilder, x: ValueId, path: string, kind: Block, args: NemotronArguments): ValueId {
  switch (kind) {
    case 'M': return mixer(graph, x, path, args);
    case '*': return selfAttention(graph, x, path, { ...args, bias: args.attentionBias, outputBias: args.attentionBias });
    case '-': return mlp(graph, x, path, args.intermediateSize, args);
    case 'E': return experts(graph, x, path, args, args.moe!);
  }
}

function buildGraph(graph: GraphBuilder, args: NemotronArguments): GraphResult {
  const { vocabularySize, hiddenSize, epsilon, contextLength } = args;
  let h = graph.embedding(graph.tokens(), 'backbone.embeddings', { rows: vocabularySize, dimensions: hiddenSize });
  args.blocks.forEach((kind, layer) => {
    const path = `backbone.layers.${layer}`;
    h = graph.add(h, block(graph, graph.rmsNorm(h, `${path}.norm`, { epsilon }), `${path}.mixer`, kind, args));
  });
  const normed = graph.rmsNorm(graph.selectRows(h), 'backbone.norm_f', { epsilon });
  return { logits: graph.linear(normed, 'lm_head', { dimensions: vocabularySize }), contextLength };
}

/** Source: mlx-lm `models/nemotron_h.py`. */
export const nemotron_h: Architecture = defineArchitecture({
  modelType: 'nemotron_h',
  readArguments,
  buildGraph,
  sanitize: (tensors) => {
    dropUnused(tensors);
    tensors.drop((name) => name.startsWith('mtp.'));
    moveConvolutionTaps(tensors);
    stackExperts(tensors, 'mixer.experts', 'mixer.switch_mlp', { down_proj: 'fc2', up_proj: 'fc1' });
  },
});
