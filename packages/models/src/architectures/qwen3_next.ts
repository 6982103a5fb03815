import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { RouteOptions } from '../graph/builder/expert-builder.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { attend, joinHeads } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { HeadArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { normalized, projections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { gatedDeltaNet, readDelta } from './parts/gated-delta-net.js';
import type { DeltaArguments } from './parts/gated-delta-net.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { moveConvolutionTaps } from './parts/recurrent-names.js';
import { partialRotary, readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { sharedExpert } from './qwen2_moe.js';
import { hasNoExperts, readSparseLayers } from './qwen3_moe.js';

/** What {@link gatedAttention} takes. */
export interface GatedAttentionArguments extends HeadArguments {
  readonly hiddenSize: number;
  readonly epsilon: number;
  readonly attentionBias: boolean;
  readonly rope: RopeSettings;
}

/** Attention whose output passes gates that `q_proj` makes beside each head's queries. */
export function gatedAttention(graph: GraphBuilder, x: ValueId, path: string, args: GatedAttentionArguments): ValueId {
  const { heads, keyValueHeads, headDimension: size, hiddenSize, attentionBias: bias, rope, epsilon } = args;
  const project = (name: string, count: number, width = size): ValueId =>
    graph.reshape(graph.linear(x, `${path}.${name}`, { dimensions: count * width, bias }), [count, width]);
  const norm = (value: ValueId, name: string): ValueId => graph.rmsNorm(value, `${path}.${name}`, { epsilon });
  const [queries, gate] = graph.split(project('q_proj', heads, 2 * size), [size, size]);
  const attended = attend(graph, {
    queries: norm(queries, 'q_norm'), keys: norm(project('k_proj', keyValueHeads), 'k_norm'), values: project('v_proj', keyValueHeads),
  }, { state: path, rope });
  const gated = graph.gated('sigmoid', joinHeads(graph, gate), joinHeads(graph, attended));
  return graph.linear(gated, `${path}.o_proj`, { dimensions: hiddenSize, bias });
}

/** Experts and one that every token takes by a gate of its own. */
export interface SparseArguments {
  readonly hiddenSize: number;
  readonly experts: number;
  readonly expertSize: number;
  readonly sharedSize: number;
  readonly route: RouteOptions;
}

/** Reads {@link SparseArguments} but for the hidden size; `undefined` where there are no experts. */
export function readSparse(config: ConfigReader, normalizes: boolean): Omit<SparseArguments, 'hiddenSize'> | undefined {
  if (hasNoExperts(config)) return undefined;
  const { experts, count } = readExpertCounts(config, 'num_experts');
  return {
    experts,
    expertSize: config.integer('moe_intermediate_size', limits.intermediateSize),
    sharedSize: config.integer('shared_expert_intermediate_size', limits.intermediateSize),
    // Unlike others, mlx-lm makes a single expert's weight 1 here, too.
    route: { scoring: 'softmax', count, ...normalized(config, 2, 0, normalizes) },
  };
}

/** The part of a layer with {@link SparseArguments}. */
export function sparseBlock(graph: GraphBuilder, x: ValueId, path: string, { hiddenSize, experts, expertSize, sharedSize, route }: SparseArguments): ValueId {
  const routed = graph.route(graph.linear(x, `${path}.gate`, { dimensions: experts }), route);
  const mixed = switchGlu(graph, x, routed, `${path}.switch_mlp`, { experts, hiddenSize, intermediateSize: expertSize });
  return graph.add(mixed, sharedExpert(graph, x, path, { hiddenSize, intermediateSize: sharedSize }));
}

/** Norms of a transformers checkpoint hold the weight less 1, all but the gated ones. */
export function restoreNorms(tensors: CheckpointTensors): void {
  const pattern = /(\.input_layernorm|\.post_attention_layernorm|model\.norm|\.q_norm|\.k_norm)\.weight$/;
  for (const name of tensors.names()) if (pattern.test(name)) tensors.update(name, (norm) => (norm.shape.length === 1 ? norm.scale(1, 1) : norm));
}

function deltaInputs(graph: GraphBuilder, x: ValueId, path: string, args: DeltaArguments): Parameters<typeof gatedDeltaNet>[1] {
  const { deltaKeyHeads: groups, deltaValueHeads: heads, deltaKeyDimension: keySize, deltaValueDimension: size } = args;
  const values = (heads / groups) * size;
  const mixed = graph.linear(x, `${path}.in_proj_qkvz`, { dimensions: groups * (2 * keySize + 2 * values) });
  const [q, k, v, z] = graph.split(graph.reshape(mixed, [groups, 2 * keySize + 2 * values]), [keySize, keySize, values, values]);
  const gates = graph.linear(x, `${path}.in_proj_ba`, { dimensions: 2 * heads });
  const [b, a] = graph.split(graph.reshape(gates, [groups, (2 * heads) / groups]), [heads / groups, heads / groups]);
  return {
    joined: graph.concat([joinHeads(graph, q), joinHeads(graph, k), joinHeads(graph, v)]), z: graph.reshape(z, [heads, size]),
    b: joinHeads(graph, b), a: joinHeads(graph, a),
  };
}

/** Source: mlx-lm `models/qwen3_next.py`. */
export const qwen3_next: Architecture = defineArchitecture({
  modelType: 'qwen3_next',
  readArguments: (given) => {
    const config = given.withDefaults({ tie_word_embeddings: false });
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config);
    const { layers, headDimension } = decoderArguments;
    return {
      ...decoderArguments, ...readDelta(config),
      sparse: readSparse(config, false),
      sparseLayers: readSparseLayers(config, layers),
      interval: config.integer('full_attention_interval', limits.layers, 4),
      attentionBias: config.boolean('attention_bias', false),
      rope: readRope(config, { dimensions: partialRotary(config, headDimension), traditional: false }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => ((layer + 1) % args.interval === 0
        ? gatedAttention(graph, h, `${path}.self_attn`, args)
        : gatedDeltaNet(graph, deltaInputs(graph, h, `${path}.linear_attn`, args), `${path}.linear_attn`, args)),
      mlp: (h) => (args.sparse !== undefined && args.sparseLayers[layer] === true
        ? sparseBlock(graph, h, `${path}.mlp`, { ...args, ...args.sparse })
        : gatedMlp(graph, h, `${path}.mlp`, args)),
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    // Experts that lie apart tell a transformers checkpoint.
    if (!tensors.names().some((name) => name.endsWith('.mlp.experts.0.up_proj.weight'))) return;
    tensors.drop((name) => name.includes('mtp.'));
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
    moveConvolutionTaps(tensors);
    restoreNorms(tensors);
  },
});
