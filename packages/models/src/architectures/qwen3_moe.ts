import type { ConfigReader } from '../config/config-reader.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { normalized, projections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** Whether the config asks for layers without experts: by 0 of them. */
export function hasNoExperts(config: ConfigReader): boolean {
  return config.raw('num_experts') === 0;
}

/** Which layers have experts, by `decoder_sparse_step` and `mlp_only_layers`. */
export function readSparseLayers(config: ConfigReader, layers: number): readonly boolean[] {
  if (hasNoExperts(config)) return Array<boolean>(layers).fill(false);
  const step = config.integer('decoder_sparse_step', limits.layers, 1);
  const dense = config.raw('mlp_only_layers') ?? [];
  if (!Array.isArray(dense)) throw config.invalid('mlp_only_layers', '[integer, …]');
  return Array.from({ length: layers }, (_, layer) => !dense.includes(layer) && (layer + 1) % step === 0);
}

/** Source: mlx-lm `models/qwen3_moe.py`. */
export const qwen3_moe: Architecture = defineArchitecture({
  modelType: 'qwen3_moe',
  readArguments: (config) => {
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config);
    const { count, experts } = hasNoExperts(config) ? { count: 1, experts: 1 } : readExpertCounts(config, 'num_experts');
    return {
      ...decoderArguments, experts,
      // mlx-lm makes a single expert's weight 1 here, too.
      route: { scoring: 'softmax', count, ...normalized(config, 2) } as const,
      sparse: readSparseLayers(config, decoderArguments.layers),
      expertSize: config.integer('moe_intermediate_size', limits.intermediateSize),
      rope: readRope(config, { dimensions: decoderArguments.headDimension, scaling: null }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => {
        const split = (value: number, name: string): number => graph.rmsNorm(value, `${path}.self_attn.${name}`, args);
        return selfAttention(graph, h, `${path}.self_attn`, { ...args, split });
      },
      mlp: (h) => {
        if (args.sparse[layer] !== true) return gatedMlp(graph, h, `${path}.mlp`, args);
        const gates = graph.linear(h, `${path}.mlp.gate`, { dimensions: args.experts });
        return switchGlu(graph, h, graph.route(gates, args.route), `${path}.mlp.switch_mlp`, { ...args, intermediateSize: args.expertSize });
      },
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
  },
});
