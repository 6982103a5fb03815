import type { ModelGraph } from '@mlxengine/core/graph';
import { unsupportedAdapter } from './unsupported-adapter.js';
import type { AdapterFiles } from './adapter-files.js';
import { AdapterTensors } from './adapter-tensors.js';
import type { AdapterLayer } from './adapter-layer.js';
import { limits } from './limits.js';

const namePattern = /^(.+)\.(lora_a|lora_b|m)$/;

/**
 * The layers of an adapter as mlx-lm's tuner writes it. A linear has `lora_a` `[in, r]` and `lora_b` `[r, out]`, an embedding
 * `lora_a` `[vocabulary, r]` and `lora_b` `[r, dimensions]`, a stack of experts `lora_a` `[experts, r, in]` and `lora_b` `[experts, out, r]`.
 * Source: mlx-lm `tuner/lora.py`, `tuner/dora.py`.
 * @throws `CheckpointError`, `UnsupportedFeatureError`
 */
export function readMLXAdapter({ source, config, tensors }: AdapterFiles, graph: ModelGraph): readonly AdapterLayer[] {
  const type = config.string('fine_tune_type', 'lora');
  if (type === 'full') throw unsupportedAdapter(source, 'fine_tune_type "full"', 'It holds whole weights: fuse it into the model with mlx_lm.fuse.');
  if (type !== 'lora' && type !== 'dora') throw config.invalid('fine_tune_type', '"lora" | "dora"');
  const parameters = config.object('lora_parameters');
  if (parameters === undefined) throw config.invalid('lora_parameters', '{…}');
  const scale = parameters.number('scale', limits.scale);
  const rank = parameters.integer('rank', limits.rank);
  const embeddings = new Set(graph.operations.flatMap((operation) => (operation.type === 'embedding' ? [operation.weight] : [])));
  const parts = new AdapterTensors(source, tensors, 'mlx-lm', (name) => {
    const [, layer, part] = namePattern.exec(name) ?? [];
    return layer === undefined || part === undefined || (part === 'm' && type === 'lora') ? undefined : { layer, part };
  });
  return parts.names().map((name) => {
    const a = parts.take(name, 'lora_a', [2, 3]);
    const b = parts.take(name, 'lora_b', [a.shape.length]);
    const isStack = a.shape.length === 3;
    if (isStack && type === 'dora') throw unsupportedAdapter(source, `DoRA of experts (${name})`, 'mlx-lm has no such adapters either.');
    const [down, up] = embeddings.has(name) ? [b, a] : [a, b];
    const transposed = !isStack && !embeddings.has(name);
    const magnitude = type === 'dora' ? parts.take(name, 'm', [1]) : undefined;
    limits.checkRank(source, name, transposed ? down.size(-1) : down.size(-2), rank);
    return {
      name, scale, down: { tensor: down, transposed }, up: { tensor: up, transposed }, inputsFirst: false, embeddingOnly: false,
      ...(magnitude && { magnitude }),
    };
  });
}
