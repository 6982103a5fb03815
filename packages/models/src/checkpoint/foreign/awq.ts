import { repackAwq } from '../../sanitize/rewrites.js';
import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import { isFloatDtype } from '../../tensors/dtype.js';
import type { ForeignMethod } from './foreign-quantization.js';
import { unsupportedQuantization } from '../quantization-settings.js';
import { modulesWith, setParts, takeOptional } from './quantized-modules.js';

/** AutoAWQ's packing of 4 bits, also where a config calls it GPTQ. Floats take the scales' type. Source: mlx-lm `_transform_awq_weights`. */
export const awq: ForeignMethod = (settings) => {
  const name = settings.string('quant_method');
  const bits = settings.integer('bits', { minimum: 1, maximum: 32 }, 4);
  if (bits !== 4) throw unsupportedQuantization(`${name} of ${bits} bits`);
  const version = settings.string('version', 'gemm').toLowerCase();
  if (name === 'awq' && version !== 'gemm') throw unsupportedQuantization(`awq, version ${version}`);
  return {
    before: (tensors) => {
      if (tensors.names().some((tensor) => tensor.endsWith('.g_idx'))) throw unsupportedQuantization(`${name} with g_idx`);
      repack(tensors);
    },
  };
};

function repack(tensors: CheckpointTensors): void {
  const paths = modulesWith(tensors, 'qweight');
  for (const path of paths) {
    const [weight, scales] = [tensors.take(`${path}.qweight`), tensors.take(`${path}.scales`)];
    setParts(tensors, path, { ...repackAwq(weight, scales, takeOptional(tensors, `${path}.qzeros`)) });
  }
  const dtype = paths[0] === undefined ? undefined : tensors.get(`${paths[0]}.scales`)?.dtype;
  if (dtype === undefined || !isFloatDtype(dtype)) return;
  for (const [name, tensor] of tensors.entries()) if (isFloatDtype(tensor.dtype)) tensors.set(name, tensor.cast(dtype));
}
