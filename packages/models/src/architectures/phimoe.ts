import type { ConfigReader } from '../config/config-reader.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer } from './parts/decoder.js';
import type { Norm } from './parts/decoder.js';
import { mixtralProjections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** mlx-lm takes any scaling of this family for longrope, with the amplitude that the config gives. */
function readPhiRope(config: ConfigReader, dimensions: number): RopeSettings {
  const scaling = config.object('rope_scaling')?.withDefaults({ original_max_position_embeddings: config.raw('original_max_position_embeddings') ?? 4096 });
  if (scaling === undefined) return readRope(config, { dimensions, traditional: false, scaling: null });
  const rope = readRope(config, { dimensions, traditional: false, scaling });
  return { ...rope, amplitude: scaling.optionalNumber('long_mscale', { minimum: 0, maximum: 1e6 }) ?? rope.amplitude };
}

/** Source: mlx-lm `models/phimoe.py`. */
export const phimoe: Architecture = defineArchitecture({
  modelType: 'phimoe',
  readArguments: (given) => {
    const config = given.withDefaults({
      vocab_size: 32064, hidden_size: 4096, intermediate_size: 6400, num_hidden_layers: 32, num_attention_heads: 32, num_key_value_heads: 8,
      max_position_embeddings: 131072, rms_norm_eps: 1e-6, num_local_experts: 16, num_experts_per_tok: 2,
    });
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    return {
      ...decoderArguments, ...readExpertCounts(config, 'num_local_experts'), tieWordEmbeddings: false,
      jitter: config.number('router_jitter_noise', { minimum: 0, maximum: 1e6 }, 0.01),
      rope: readPhiRope(config, decoderArguments.headDimension),
    };
  },
  buildGraph: (graph, args) => {
    const norm: Norm = (x, path) => graph.layerNorm(x, path, args);
    return decoder(graph, args, {
      norm, headBias: true,
      layer: (x, path) => preNormLayer(graph, x, path, {
        norm,
        attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: true, outputBias: true }),
        mlp: (h) => {
          const moe = `${path}.block_sparse_moe`;
          const gates = graph.linear(h, `${moe}.gate`, { dimensions: args.experts });
          const routed = graph.route(gates, { scoring: 'sparsemixer', count: args.count, jitter: args.jitter });
          return switchGlu(graph, h, routed, `${moe}.switch_mlp`, args);
        },
      }),
    });
  },
  sanitize: (tensors) => {
    dropUnused(tensors);
    stackExperts(tensors, 'block_sparse_moe.experts', 'block_sparse_moe.switch_mlp', mixtralProjections);
  },
});
