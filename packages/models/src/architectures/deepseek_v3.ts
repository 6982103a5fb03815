import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { biasedExperts, readBiasedExperts } from './glm4_moe.js';
import type { BiasedExperts } from './glm4_moe.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { projections, stackExperts } from './parts/experts.js';
import { dequantizeBlocks } from './parts/float8.js';
import { latentSelfAttention, readLatent, splitLatentProjections } from './parts/latent-attention.js';
import type { LatentArguments } from './parts/latent-attention.js';
import { checkActivation } from './parts/mlp.js';
import { dropUnused } from './parts/sanitize.js';

/** Kimi K2's four bits of compressed-tensors, `weight_packed` and `weight_scale`, are affine with a bias of -8 scales. */
function unpackInt4(tensors: CheckpointTensors): void {
  for (const name of tensors.names()) {
    if (!name.endsWith('.weight_shape')) continue;
    const path = name.slice(0, -'.weight_shape'.length);
    tensors.delete(name);
    const scales = tensors.take(`${path}.weight_scale`);
    tensors.set(`${path}.weight`, tensors.take(`${path}.weight_packed`).bitcast('U32'));
    tensors.set(`${path}.scales`, scales);
    tensors.set(`${path}.biases`, scales.scale(-8));
  }
}

/** What a config of latent attention with biased experts says. */
export type LatentExpertArguments = DecoderArguments & BiasedExperts & LatentArguments;

/** The graph of {@link LatentExpertArguments}. */
export function buildDeepseekV3(graph: GraphBuilder, args: LatentExpertArguments): GraphResult {
  return decoder(graph, args, {
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => latentSelfAttention(graph, h, `${path}.self_attn`, args),
      mlp: (h) => biasedExperts(graph, h, `${path}.mlp`, { ...args, bias: false, layer }),
    }),
  });
}

/** Drops layers after the last, which predict further tokens. */
export function dropFurtherLayers(tensors: CheckpointTensors, { layers }: Pick<LatentExpertArguments, 'layers'>): void {
  tensors.drop((name) => Number(/^model\.layers\.(\d+)\./.exec(name)?.[1] ?? -1) >= layers);
}

/** DeepSeek V3 and R1, Kimi K2. Source: mlx-lm `models/deepseek_v3.py`. */
export const deepseek_v3: Architecture = defineArchitecture({
  modelType: 'deepseek_v3',
  aliases: ['kimi_k2', 'joyai_llm_flash'],
  readArguments: (given) => {
    const config = given.withDefaults({ rms_norm_eps: 1e-6 });
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    return { ...decoderArguments, ...readBiasedExperts(config, decoderArguments.layers), ...readLatent(config, 1e-6), tieWordEmbeddings: false };
  },
  buildGraph: buildDeepseekV3,
  sanitize: (tensors, args) => {
    dropUnused(tensors);
    dropFurtherLayers(tensors, args);
    unpackInt4(tensors);
    dequantizeBlocks(tensors);
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
    splitLatentProjections(tensors, args);
  },
});
