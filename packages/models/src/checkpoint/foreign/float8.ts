import type { ConfigReader } from '../../config/config-reader.js';
import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import { dequantizeFloat8 } from '../../sanitize/rewrites.js';
import type { Float8Blocks } from '../../sanitize/rewrites.js';
import type { ForeignMethod } from './foreign-quantization.js';
import { modulesWith } from './quantized-modules.js';

/** Weights in F8_E4M3 with `weight_scale_inv` become bfloat16, as mlx-lm's families make them; scales of activations are left out. */
export const float8: ForeignMethod = (settings) => {
  const blocks = readBlocks(settings);
  return {
    before: (tensors) => {
      dropActivationScales(tensors);
      for (const part of ['weight_scale_inv', 'weight_scale']) dequantizeModules(tensors, part, blocks);
    },
  };
};

/** Dequantizes the weights that have a scale of this name. */
export function dequantizeModules(tensors: CheckpointTensors, part: string, blocks: Float8Blocks = {}): void {
  for (const path of modulesWith(tensors, part)) {
    const scale = tensors.take(`${path}.${part}`);
    tensors.update(`${path}.weight`, (weight) => dequantizeFloat8(weight, scale, blocks));
  }
}

/** Scales of activations and of caches, which are not quantized here. */
export function dropActivationScales(tensors: CheckpointTensors): void {
  tensors.drop((name) => /\.(activation_scale|input_scale|k_scale|v_scale)$/.test(name));
}

function readBlocks(settings: ConfigReader): Float8Blocks {
  const size = settings.raw('weight_block_size');
  if (size === undefined) return {};
  const [blockRows, blockColumns] = Array.isArray(size) ? (size as readonly unknown[]) : [];
  const fits = [blockRows, blockColumns].every((value) => typeof value === 'number' && Number.isSafeInteger(value) && value > 0);
  if (!fits) throw settings.invalid('weight_block_size', '[rows, columns]');
  return { blockRows: blockRows as number, blockColumns: blockColumns as number };
}
