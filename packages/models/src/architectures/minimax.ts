import type { ValueId } from '@mlxengine/core/graph';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { mixtralProjections, readExpertCounts, stackExperts, switchGlu } from './parts/experts.js';
import { dequantizeBlocks } from './parts/float8.js';
import { checkActivation } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** MiniMax M2. Source: mlx-lm `models/minimax.py`. */
export const minimax: Architecture = defineArchitecture({
  modelType: 'minimax',
  aliases: ['minimax_m2'],
  readArguments: (given) => {
    const config = given.withDefaults({ tie_word_embeddings: false });
    checkActivation(config, ['silu']);
    return {
      ...readDecoder(config), ...readExpertCounts(config, 'num_local_experts'),
      normalizesHeads: config.boolean('use_qk_norm', true),
      rope: readRope(config, { dimensions: config.integer('rotary_dim', limits.headDimension), traditional: false, scaling: null }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => {
        const rows = (value: ValueId, name: string): ValueId => graph.rmsNorm(value, `${path}.self_attn.${name}`, args);
        return selfAttention(graph, h, `${path}.self_attn`, { ...args, ...(args.normalizesHeads && { rows }) });
      },
      mlp: (h) => {
        const moe = `${path}.block_sparse_moe`;
        const gates = graph.linear(h, `${moe}.gate`, { dimensions: args.experts });
        const routed = graph.route(gates, {
          scoring: 'sigmoid', count: args.count, selectionBias: `${moe}.e_score_correction_bias`, normalize: { mode: 'add', epsilon: 1e-20 },
        });
        return switchGlu(graph, h, routed, `${moe}.switch_mlp`, args);
      },
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    dequantizeBlocks(tensors);
    stackExperts(tensors, 'block_sparse_moe.experts', 'block_sparse_moe.switch_mlp', mixtralProjections);
  },
});
