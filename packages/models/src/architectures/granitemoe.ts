import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { factorBounds, readExpertCounts, switchGlu } from './parts/experts.js';
import { checkActivation } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

/** `input_linear` holds gate and up one after another. */
export function splitGraniteExperts(tensors: CheckpointTensors): void {
  for (const name of tensors.names()) {
    if (name.endsWith('.block_sparse_moe.input_linear.weight')) {
      const [gate, up] = tensors.take(name).split(2, 1);
      tensors.set(name.replace('input_linear', 'switch_mlp.gate_proj'), gate!);
      tensors.set(name.replace('input_linear', 'switch_mlp.up_proj'), up!);
    } else if (name.endsWith('.block_sparse_moe.output_linear.weight')) {
      tensors.set(name.replace('output_linear', 'switch_mlp.down_proj'), tensors.take(name));
    }
  }
}

/** Source: mlx-lm `models/granitemoe.py`. */
export const granitemoe: Architecture = defineArchitecture({
  modelType: 'granitemoe',
  readArguments: (config) => {
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    return {
      ...decoderArguments, ...readExpertCounts(config, 'num_local_experts'),
      bias: config.boolean('attention_bias'),
      scale: config.number('attention_multiplier', factorBounds),
      embeddingScale: config.number('embedding_multiplier', factorBounds),
      residualScale: config.number('residual_multiplier', factorBounds),
      logitsScaling: config.number('logits_scaling', { minimum: 1e-6, maximum: 1e6 }),
      rope: readRope(config, { dimensions: decoderArguments.headDimension, traditional: false }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    embeddingScale: args.embeddingScale,
    afterHead: (logits) => graph.scale(logits, 1 / args.logitsScaling),
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args), residualScale: args.residualScale,
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, outputBias: args.bias }),
      mlp: (h) => {
        const moe = `${path}.block_sparse_moe`;
        const gates = graph.linear(h, `${moe}.router.layer`, { dimensions: args.experts });
        return switchGlu(graph, h, graph.route(gates, { scoring: 'logits', softmax: true, count: args.count }), `${moe}.switch_mlp`, { ...args, bias: false });
      },
    }),
  }),
  sanitize: (tensors, args) => {
    dropUnused(tensors, args);
    splitGraniteExperts(tensors);
  },
});
