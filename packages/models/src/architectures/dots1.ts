import type { ValueId } from '@mlxengine/core/graph';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { biasedExperts, readBiasedExperts } from './glm4_moe.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { projections, stackExperts } from './parts/experts.js';
import { checkActivation } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** Source: mlx-lm `models/dots1.py`. */
export const dots1: Architecture = defineArchitecture({
  modelType: 'dots1',
  readArguments: (given) => {
    const config = given.withDefaults({ tie_word_embeddings: false });
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config);
    return {
      ...decoderArguments, ...readBiasedExperts(config, decoderArguments.layers),
      mlpBias: config.boolean('mlp_bias', false),
      rope: readRope(config, { dimensions: decoderArguments.headDimension, traditional: false }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => {
        const split = (value: ValueId, name: string): ValueId => graph.rmsNorm(value, `${path}.self_attn.${name}`, args);
        return selfAttention(graph, h, `${path}.self_attn`, { ...args, split });
      },
      mlp: (h) => biasedExperts(graph, h, `${path}.mlp`, { ...args, layer, stacks: 'experts', bias: args.mlpBias }),
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    stackExperts(tensors, 'mlp.experts', 'mlp.experts', projections);
  },
});
