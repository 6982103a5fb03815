import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { buildLfm2, readLfm2, sanitizeLfm2 } from './lfm2.js';
import { limits } from './limits.js';
import { factorBounds, projections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { gatedMlp } from './parts/mlp.js';

const names: Readonly<Record<string, string>> = { w1: 'gate_proj', w2: 'down_proj', w3: 'up_proj' };

/** Source: mlx-lm `models/lfm2_moe.py`. */
export const lfm2_moe: Architecture = defineArchitecture({
  modelType: 'lfm2_moe',
  readArguments: (config) => {
    const { experts, count } = readExpertCounts(config, 'num_experts');
    const normalizes = config.boolean('norm_topk_prob');
    return {
      ...readLfm2(config), experts,
      intermediateSize: config.integer('intermediate_size', limits.intermediateSize),
      expertSize: config.integer('moe_intermediate_size', limits.intermediateSize),
      dense: config.integer('num_dense_layers', { minimum: 0, maximum: limits.layers.maximum }),
      expertBias: config.boolean('use_expert_bias'),
      route: {
        scoring: 'sigmoid', count, scale: config.number('routed_scaling_factor', factorBounds, 1),
        ...(normalizes && { normalize: { mode: 'add', epsilon: 1e-6 } as const }),
      } as const,
    };
  },
  buildGraph: (graph, args) => buildLfm2(graph, args, (x, path, layer) => {
    if (layer < args.dense) return gatedMlp(graph, x, path, args);
    const gates = graph.linear(x, `${path}.gate`, { dimensions: args.experts });
    const routed = graph.route(gates, { ...args.route, ...(args.expertBias && { selectionBias: `${path}.expert_bias` }) });
    return switchGlu(graph, x, routed, `${path}.switch_mlp`, { ...args, intermediateSize: args.expertSize });
  }),
  sanitize: (tensors) => {
    sanitizeLfm2(tensors);
    tensors.rename((name) => name.replace(/(w[123])\.weight$/, (_, old: string) => `${names[old]}.weight`));
    stackExperts(tensors, 'feed_forward.experts', 'feed_forward.switch_mlp', projections);
  },
});
