import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { RouteOptions } from '../graph/builder/expert-builder.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { expertBounds, factorBounds, normalized, projections, readExpertCounts, readGroups, stackExperts, switchGlu } from './parts/experts.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { partialRotary, readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { unsupported } from './parts/unsupported.js';

/** Experts as DeepSeek-V3 has them: sigmoid scores, a bias for the choice, groups, experts that every token takes. */
export interface BiasedExperts {
  readonly experts: number;
  readonly expertSize: number;
  /** Size of the experts that every token takes, together; 0: there are none. */
  readonly sharedSize: number;
  readonly route: Omit<RouteOptions, 'selectionBias'>;
  /** First layer that has experts; those before it are dense. */
  readonly firstSparse: number;
  /** Of the layers from there on, which: those whose index it divides. */
  readonly frequency: number;
}

/** Reads what {@link biasedExperts} takes. @param epsilon - added to the sum of the weights */
export function readBiasedExperts(config: ConfigReader, layers: number, epsilon = 0): BiasedExperts {
  const method = config.string('topk_method', 'noaux_tc');
  if (method !== 'noaux_tc') throw unsupported(`the choice of experts ${JSON.stringify(method)}`);
  const expertSize = config.integer('moe_intermediate_size', limits.intermediateSize, 1407);
  const none = !config.has('n_routed_experts');
  const { experts, count } = none ? { experts: 1, count: 1 } : readExpertCounts(config.withDefaults({ num_experts_per_tok: 1 }), 'n_routed_experts');
  const groups = none ? undefined : readGroups(config, experts);
  return {
    experts, expertSize,
    sharedSize: expertSize * config.integer('n_shared_experts', { ...expertBounds, minimum: 0 }, 0),
    route: {
      scoring: 'sigmoid', count, scale: config.number('routed_scaling_factor', factorBounds, 1), ...(groups && { groups }),
      ...normalized(config, count, epsilon, true),
    },
    firstSparse: none ? layers : config.integer('first_k_dense_replace', { minimum: 0, maximum: limits.layers.maximum }, 0),
    frequency: config.integer('moe_layer_freq', limits.layers, 1),
  };
}

/** What {@link biasedExperts} takes. */
export interface BiasedExpertsOptions extends BiasedExperts {
  readonly hiddenSize: number;
  /** Of the dense layers. */
  readonly intermediateSize: number;
  readonly layer: number;
  /** Name of the stacks; default `switch_mlp`. */
  readonly stacks?: string;
  /** Of the dense linears; default false. */
  readonly bias?: boolean;
}

/** The part of a layer with experts, or the dense one where the layer has none. */
export function biasedExperts(graph: GraphBuilder, x: ValueId, path: string, options: BiasedExpertsOptions): ValueId {
  const { layer, firstSparse, frequency, hiddenSize, experts, expertSize, sharedSize, route, stacks = 'switch_mlp', bias = false } = options;
  if (layer < firstSparse || layer % frequency !== 0) return gatedMlp(graph, x, path, options);
  const gates = graph.linear(x, `${path}.gate`, { dimensions: experts });
  const routed = graph.route(gates, { ...route, selectionBias: `${path}.gate.e_score_correction_bias` });
  const mixed = switchGlu(graph, x, routed, `${path}.${stacks}`, { experts, hiddenSize, intermediateSize: expertSize });
  return sharedSize === 0 ? mixed : graph.add(mixed, gatedMlp(graph, x, `${path}.shared_experts`, { hiddenSize, intermediateSize: sharedSize, bias }));
}

/** Source: mlx-lm `models/glm4_moe.py`. */
export const glm4_moe: Architecture = defineArchitecture({
  modelType: 'glm4_moe',
  readArguments: (config) => {
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config);
    return {
      ...decoderArguments, ...readBiasedExperts(config, decoderArguments.layers), tieWordEmbeddings: false,
      attentionBias: config.boolean('attention_bias'),
      normalizesHeads: config.boolean('use_qk_norm'),
      rope: readRope(config, { dimensions: partialRotary(config, decoderArguments.headDimension), traditional: false, scaling: null }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => {
        const split = (value: ValueId, name: string): ValueId => graph.rmsNorm(value, `${path}.self_attn.${name}`, args);
        return selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: args.attentionBias, ...(args.normalizesHeads && { split }) });
      },
      mlp: (h) => biasedExperts(graph, h, `${path}.mlp`, { ...args, layer }),
    }),
  }),
  sanitize: (tensors, { layers }) => {
    dropUnused(tensors);
    tensors.drop((name) => name.startsWith(`model.layers.${layers}.`));
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
  },
});
