import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { normalized, projections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { checkActivation } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** Source: mlx-lm `models/olmoe.py`. */
export const olmoe: Architecture = defineArchitecture({
  modelType: 'olmoe',
  readArguments: (config) => {
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config);
    const { count, experts } = readExpertCounts(config, 'num_experts');
    return {
      ...decoderArguments, experts,
      route: { scoring: 'softmax', count, ...normalized(config, 2, 0, false) } as const,
      attentionBias: config.boolean('attention_bias', false),
      mlpBias: config.boolean('mlp_bias', false),
      rope: readRope(config, { dimensions: decoderArguments.headDimension }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => {
        const rows = (value: number, name: string): number => graph.rmsNorm(value, `${path}.self_attn.${name}`, args);
        return selfAttention(graph, h, `${path}.self_attn`, { ...args, rows, bias: args.attentionBias, outputBias: args.attentionBias });
      },
      mlp: (h) => {
        const gates = graph.linear(h, `${path}.mlp.gate`, { dimensions: args.experts });
        return switchGlu(graph, h, graph.route(gates, args.route), `${path}.mlp.switch_mlp`, { ...args, bias: args.mlpBias });
      },
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
  },
});
