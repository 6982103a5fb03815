import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import { dequantizeFloat8 } from '../../sanitize/rewrites.js';

/** Linears in F8_E4M3 with the factors of blocks of 128 × 128, `….weight` and `….weight_scale_inv`, become bfloat16, as in mlx-lm. */
export function dequantizeBlocks(tensors: CheckpointTensors): void {
  for (const name of tensors.names()) {
    if (!name.endsWith('.weight_scale_inv')) continue;
    const scale = tensors.take(name);
    tensors.update(name.replace('_scale_inv', ''), (weight) => dequantizeFloat8(weight, scale));
  }
}
