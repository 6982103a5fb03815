import type { ValueId } from '@mlxengine/core/graph';
import type { GraphBuilder } from '../graph/graph-builder.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { readLlama } from './llama.js';
import type { LlamaArguments } from './llama.js';
import { selfAttention } from './parts/attention.js';
import { decoder, rmsNorm } from './parts/decoder.js';
import { gatedMlp } from './parts/mlp.js';
import { dropUnused } from './parts/sanitize.js';

/** A layer that norms what its parts give, and queries and keys over all heads. */
function transformerBlock(graph: GraphBuilder, args: LlamaArguments, x: ValueId, path: string, layer: number): ValueId {
  const { attentionBias: bias, mlpBias, ropes, windows } = args;
  const norm = rmsNorm(graph, args);
  const attended = selfAttention(graph, x, `${path}.self_attn`, {
    ...args, bias, outputBias: bias, rope: ropes[layer], window: windows[layer],
    rows: (value, name) => norm(value, `${path}.self_attn.${name}`),
  });
  const h = graph.add(x, norm(attended, `${path}.post_attention_layernorm`));
  return graph.add(h, norm(gatedMlp(graph, h, `${path}.mlp`, { ...args, bias: mlpBias }), `${path}.post_feedforward_layernorm`));
}

/** The graph of `readLlama`'s arguments with this family's layers. */
export function buildOlmo2(graph: GraphBuilder, args: LlamaArguments): GraphResult {
  return decoder(graph, args, { layer: (x, path, layer) => transformerBlock(graph, args, x, path, layer) });
}

/** OLMo 2. Source: mlx-lm `models/olmo2.py`. */
export const olmo2: Architecture = defineArchitecture({
  modelType: 'olmo2',
  readArguments: readLlama,
  buildGraph: buildOlmo2,
  sanitize: dropUnused,
});
