import type { ConfigReader } from '../config/config-reader.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { expertBounds, projections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { unsupported } from './parts/unsupported.js';

/** An index, or the given end of a list of such (one a modality). */
function readIndex(config: ConfigReader, key: string, pick: (...values: number[]) => number, fallback: number): number {
  const value = config.raw(key) ?? fallback;
  const index = Array.isArray(value) ? pick(...(value as number[])) : value;
  if (!Number.isSafeInteger(index)) throw config.invalid(key, 'integer | [integer, …]');
  return index as number;
}

function readSparseLayers(config: ConfigReader, layers: number): readonly boolean[] {
  const first = readIndex(config, 'moe_layer_start_index', Math.min, 0);
  const last = readIndex(config, 'moe_layer_end_index', Math.max, layers - 1);
  const interval = config.integer('moe_layer_interval', limits.layers, 1);
  return Array.from({ length: layers }, (_, layer) => (layer + 1) % interval === 0 && layer >= first && layer <= last);
}

function readScoring(config: ConfigReader): 'softmax' | 'sigmoid' {
  const activation = config.string('moe_gate_act', 'softmax');
  if (activation !== 'softmax' && activation !== 'sigmoid') throw unsupported(`the router's activation ${JSON.stringify(activation)}`);
  return activation;
}

/** Source: mlx-lm `models/ernie4_5_moe.py`. */
export const ernie4_5_moe: Architecture = defineArchitecture({
  modelType: 'ernie4_5_moe',
  readArguments: (config) => {
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config);
    const { experts, count } = readExpertCounts(config.withDefaults({ moe_k: 1 }), 'moe_num_experts', 'moe_k');
    const expertSize = config.integer('moe_intermediate_size', { ...limits.intermediateSize, minimum: 0 }, 0) || decoderArguments.intermediateSize;
    return {
      ...decoderArguments, experts, expertSize,
      route: { scoring: readScoring(config), count, normalize: { mode: 'maximum', epsilon: 1e-12 } } as const,
      sharedSize: expertSize * config.integer('moe_num_shared_experts', { ...expertBounds, minimum: 0 }, 0),
      sparse: readSparseLayers(config, decoderArguments.layers),
      bias: config.boolean('use_bias'),
      rope: readRope(config, { dimensions: decoderArguments.headDimension, traditional: true, scaling: null }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, outputBias: args.bias }),
      mlp: (h) => {
        const moe = `${path}.mlp`;
        if (args.sparse[layer] !== true) return gatedMlp(graph, h, moe, args);
        const routed = graph.route(graph.linear(h, `${moe}.gate`, { dimensions: args.experts }), args.route);
        const mixed = switchGlu(graph, h, routed, `${moe}.switch_mlp`, { ...args, intermediateSize: args.expertSize });
        return args.sharedSize === 0 ? mixed : graph.add(mixed, gatedMlp(graph, h, `${moe}.shared_experts`, { ...args, intermediateSize: args.sharedSize }));
      },
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    tensors.drop((name) => /mtp_(block|linear_proj|hidden_norm|emb_norm)\.|e_score_correction_bias/.test(name));
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
  },
});
