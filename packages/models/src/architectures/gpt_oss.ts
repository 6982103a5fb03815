import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import type { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { readExpertCounts, switchGlu } from './parts/experts.js';
import { readAttentionTypes, readWindows } from './parts/layer-types.js';
import { readRope } from './parts/rope.js';

/** `…gate_up_proj_blocks`, `_scales` and `_bias`, with rows of gate and up in turn, as mlx-lm has them. */
function splitExperts(tensors: CheckpointTensors): void {
  if (tensors.names().some((name) => name.includes('gate_proj.weight'))) return;
  for (const name of tensors.names()) {
    if (!/\.experts\.(gate_up|down)_proj/.test(name)) continue;
    const tensor = packed(tensors.take(name), name);
    const renamed = name.replace('_blocks', '.weight').replace('_scales', '.scales').replace('proj_bias', 'proj.bias').replace(/_proj$/, '_proj.weight');
    if (!name.includes('gate_up_proj')) {
      tensors.set(renamed, tensor);
      continue;
    }
    const rows = tensor.size(1);
    tensors.set(renamed.replace('gate_up_proj', 'gate_proj'), tensor.slice(1, 0, rows, 2));
    tensors.set(renamed.replace('gate_up_proj', 'up_proj'), tensor.slice(1, 1, rows, 2));
  }
}

/** Blocks U8 `[E, out, in / 32, 16]` as the packed words `[E, out, in / 8]`. */
function packed(tensor: SymbolicTensor, name: string): SymbolicTensor {
  if (!name.endsWith('_blocks')) return tensor;
  const words = tensor.bitcast('U32');
  return words.reshape([...words.shape.slice(0, 2), -1]);
}

/** Source: mlx-lm `models/gpt_oss.py`. */
export const gpt_oss: Architecture = defineArchitecture({
  modelType: 'gpt_oss',
  readArguments: (given) => {
    const config = given.withDefaults({
      num_hidden_layers: 36, num_local_experts: 128, num_experts_per_tok: 4, vocab_size: 201088, rms_norm_eps: 1e-5, hidden_size: 2880,
      intermediate_size: 2880, head_dim: 64, num_attention_heads: 64, num_key_value_heads: 8, sliding_window: 128, max_position_embeddings: 131072,
    });
    const decoderArguments = readDecoder(config);
    const { layers, headDimension } = decoderArguments;
    const types = readAttentionTypes(config, layers, (layer) => (layer % 2 === 0 ? 'sliding_attention' : 'full_attention'));
    return {
      ...decoderArguments, ...readExpertCounts(config, 'num_local_experts'), tieWordEmbeddings: false,
      windows: readWindows(config, types),
      rope: readRope(config, { dimensions: headDimension, defaultBase: 150000, traditional: false }),
    };
  },
  buildGraph: (graph, args) => decoder(graph, args, {
    layer: (x, path, layer) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => selfAttention(graph, h, `${path}.self_attn`, {
        ...args, bias: true, outputBias: true, window: args.windows[layer], sinks: `${path}.self_attn.sinks`,
      }),
      mlp: (h) => {
        const gates = graph.linear(h, `${path}.mlp.router`, { dimensions: args.experts, bias: true });
        const routed = graph.route(gates, { scoring: 'logits', softmax: true, count: args.count });
        return switchGlu(graph, h, routed, `${path}.mlp.experts`, { ...args, activation: 'swigluOai', bias: true });
      },
    }),
  }),
  sanitize: splitExperts,
});
