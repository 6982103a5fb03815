import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { mamba2Mixer, readMamba2 } from './parts/mamba2.js';
import { moveConvolutionTaps } from './parts/recurrent-names.js';
import { dropUnused } from './parts/sanitize.js';

/** Source: mlx-lm `models/mamba2.py`. */
export const mamba2: Architecture = defineArchitecture({
  modelType: 'mamba2',
  readArguments: (given) => {
    const config = given.withDefaults({ ssm_state_size: given.raw('state_size') });
    return {
      ...readMamba2(config, {
        heads: 'num_heads', headDimension: 'head_dim', groups: 'n_groups', stateSize: 'ssm_state_size', taps: 'conv_kernel',
        convolutionBias: 'use_conv_bias', projectionBias: 'use_bias',
      }),
      hiddenSize: config.integer('hidden_size', limits.hiddenSize),
      layers: config.integer('num_hidden_layers', limits.layers),
      epsilon: config.number('layer_norm_epsilon', limits.epsilon),
      vocabularySize: config.integer('vocab_size', limits.vocabulary),
      // A recurrence has no end; this is what mlx-lm takes where a config is silent.
      contextLength: config.integer('max_position_embeddings', limits.context, 2 ** 20),
      tieWordEmbeddings: config.boolean('tie_word_embeddings'),
    };
  },
  buildGraph: (graph, args) => {
    const { vocabularySize, hiddenSize, epsilon, contextLength } = args;
    let h = graph.embedding(graph.tokens(), 'backbone.embeddings', { rows: vocabularySize, dimensions: hiddenSize });
    for (let layer = 0; layer < args.layers; layer += 1) {
      const path = `backbone.layers.${layer}`;
      // The norms of the layers have MLX's own epsilon.
      h = graph.add(h, mamba2Mixer(graph, graph.rmsNorm(h, `${path}.norm`, { epsilon: 1e-5 }), `${path}.mixer`, args));
    }
    const normed = graph.rmsNorm(graph.selectRows(h), 'backbone.norm_f', { epsilon });
    const head = args.tieWordEmbeddings ? 'backbone.embeddings' : 'lm_head';
    return { logits: graph.linear(normed, head, { dimensions: vocabularySize }), contextLength };
  },
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    moveConvolutionTaps(tensors);
  },
});
