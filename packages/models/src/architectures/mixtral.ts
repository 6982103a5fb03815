import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { mixtralProjections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { checkActivation } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** Source: mlx-lm `models/mixtral.py`. */
export const mixtral: Architecture = defineArchitecture({
  modelType: 'mixtral',
  readArguments: (given) => {
    const config = given.withDefaults({ tie_word_embeddings: false, rms_norm_eps: 1e-5, num_local_experts: 8, num_experts_per_tok: 2 });
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    return {
      ...decoderArguments, ...readExpertCounts(config, 'num_local_experts'),
      rope: readRope(config, { dimensions: decoderArguments.headDimension, defaultBase: 1e6, scaling: null }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, args),
      mlp: (h) => {
        const moe = `${path}.block_sparse_moe`;
        const gates = graph.linear(h, `${moe}.gate`, { dimensions: args.experts });
        return switchGlu(graph, h, graph.route(gates, { scoring: 'logits', softmax: true, count: args.count }), `${moe}.switch_mlp`, args);
      },
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    stackExperts(tensors, 'block_sparse_moe.experts', 'block_sparse_moe.switch_mlp', mixtralProjections);
  },
});
