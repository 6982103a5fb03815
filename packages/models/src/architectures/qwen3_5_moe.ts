import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { buildQwen35, readQwen35, sanitizeQwen35 } from './qwen3_5.js';

/** `experts.gate_up_proj` holds gate and up one after another. */
function splitExperts(tensors: CheckpointTensors): void {
  for (const name of tensors.names()) {
    if (!name.endsWith('.mlp.experts.gate_up_proj')) continue;
    const path = name.slice(0, -'.experts.gate_up_proj'.length);
    const [gate, up] = tensors.take(name).split(2, -2);
    tensors.set(`${path}.switch_mlp.gate_proj.weight`, gate!);
    tensors.set(`${path}.switch_mlp.up_proj.weight`, up!);
    tensors.set(`${path}.switch_mlp.down_proj.weight`, tensors.take(`${path}.experts.down_proj`));
  }
}

/** Source: mlx-lm `models/qwen3_5_moe.py`. */
export const qwen3_5_moe: Architecture = defineArchitecture({
  modelType: 'qwen3_5_moe',
  readArguments: readQwen35,
  buildGraph: buildQwen35,
  sanitize: (tensors, args) => {
    splitExperts(tensors);
    sanitizeQwen35(tensors, args);
  },
});
