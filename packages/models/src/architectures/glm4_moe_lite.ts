import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { buildDeepseekV3, dropFurtherLayers } from './deepseek_v3.js';
import { readBiasedExperts } from './glm4_moe.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { projections, stackExperts } from './parts/experts.js';
import { readLatent, splitLatentProjections } from './parts/latent-attention.js';
import { checkActivation } from './parts/mlp.js';
import { dropUnused } from './parts/sanitize.js';

/** GLM 4.7 Flash. Source: mlx-lm `models/glm4_moe_lite.py`. */
export const glm4_moe_lite: Architecture = defineArchitecture({
  modelType: 'glm4_moe_lite',
  readArguments: (given) => {
    const config = given.withDefaults({
      vocab_size: 154880, hidden_size: 2048, intermediate_size: 10240, moe_intermediate_size: 1536, num_hidden_layers: 47, num_attention_heads: 20,
      num_key_value_heads: 20, routed_scaling_factor: 1.8, qk_nope_head_dim: 192, v_head_dim: 256,
      num_experts_per_tok: 4, first_k_dense_replace: 1, max_position_embeddings: 202752, rms_norm_eps: 1e-5, rope_theta: 1e6,
    }).withDefaultsUnlessNull({ q_lora_rank: 768, n_shared_experts: 1, n_routed_experts: 64 });
    checkActivation(config, ['silu']);
    const decoderArguments = readDecoder(config, { headDimension: 'derived' });
    const { layers, epsilon } = decoderArguments;
    return { ...decoderArguments, ...readBiasedExperts(config, layers, 1e-20), ...readLatent(config, epsilon), tieWordEmbeddings: false };
  },
  buildGraph: buildDeepseekV3,
  sanitize: (tensors, args) => {
    dropUnused(tensors);
    dropFurtherLayers(tensors, args);
    stackExperts(tensors, 'mlp.experts', 'mlp.switch_mlp', projections);
    splitLatentProjections(tensors, args);
  },
});
