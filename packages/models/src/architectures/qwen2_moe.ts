import type { ValueId } from '@mlxengine/core/graph';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { projections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** An expert that every token takes, by its own gate: `sigmoid(shared_expert_gate(x)) · shared_expert(x)`. */
export function sharedExpert(graph: GraphBuilder, x: ValueId, path: string, options: { readonly hiddenSize: number; readonly intermediateSize: number }): ValueId {
  const gate = graph.unary('sigmoid', graph.linear(x, `${path}.shared_expert_gate`, { dimensions: 1 }));
  return graph.multiply(gatedMlp(graph, x, `${path}.shared_expert`, options), gate);
}

/** Source: mlx-lm `models/qwen2_moe.py`. */
export const qwen2_moe: Architecture = defineArchitecture({
  modelType: 'qwen2_moe',
  readArguments: (given) => {
    const config = given.withDefaults({ rms_norm_eps: 1e-6 });
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    return {
      ...decoderArguments, ...readExpertCounts(config, 'num_experts'), tieWordEmbeddings: false,
      intermediateSize: config.integer('moe_intermediate_size', limits.intermediateSize),
      sharedSize: config.integer('shared_expert_intermediate_size', limits.intermediateSize),
      rope: readRope(config, { dimensions: decoderArguments.headDimension, defaultBase: 1e6, scaling: null }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: true }),
      mlp: (h) => {
        const gates = graph.linear(h, `${path}.mlp.gate`, { dimensions: args.experts });
        const routed = graph.route(gates, { scoring: 'softmax', count: args.count });
        const shared = sharedExpert(graph, h, `${path}.mlp`, { ...args, intermediateSize: args.sharedSize });
        return graph.add(switchGlu(graph, h, routed, `${path}.mlp.switch_mlp`, args), shared);
      },
    }),
  }),
  sanitize: (tensors) => {
    dropUnused(tensors);
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
  },
});
