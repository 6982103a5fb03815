import type { ConfigReader } from '../../config/config-reader.js';
import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import { unsupportedQuantization } from '../quantization-settings.js';
import { dequantizeModules, dropActivationScales } from './float8.js';
import type { ForeignMethod, ForeignQuantization } from './foreign-quantization.js';
import { modulesWith, setParts, takeOptional } from './quantized-modules.js';

/** A container of several formats. Source: mlx-lm `_compressed_tensors_quantization`, and of `pack-quantized` its DeepSeek V3. */
export const compressedTensors: ForeignMethod = (settings) => {
  const format = settings.string('format', '');
  const read = Object.hasOwn(formats, format) ? formats[format] : undefined;
  if (read === undefined) throw unsupportedQuantization(`compressed-tensors, format ${JSON.stringify(format)}`);
  return read(settings);
};

const formats: Readonly<Record<string, ForeignMethod>> = {
  'pack-quantized': packed,
  'mxfp4-pack-quantized': () => ({ before: renamePacked }),
  'float-quantized': () => ({
    before: (tensors) => {
      dropActivationScales(tensors);
      dequantizeModules(tensors, 'weight_scale');
    },
  }),
};

/** Integers with one scale a group, stored with half their range added. */
function packed(settings: ConfigReader): ForeignQuantization {
  for (const group of Object.keys((settings.raw('config_groups') ?? {}))) {
    const weights = settings.object('config_groups')?.object(group)?.object('weights');
    const bits = weights?.integer('num_bits', { minimum: 1, maximum: 32 }, 4);
    if (bits !== 4) throw unsupportedQuantization(`compressed-tensors of ${bits} bits`);
    if (weights?.boolean('symmetric', true) === false) throw unsupportedQuantization('compressed-tensors with zero points');
  }
  return {
    before: (tensors) => {
      for (const path of modulesWith(tensors, 'weight_packed')) {
        takeOptional(tensors, `${path}.weight_shape`);
        const scales = tensors.take(`${path}.weight_scale`);
        setParts(tensors, path, { weight: tensors.take(`${path}.weight_packed`).bitcast('U32'), scales, biases: scales.scale(-8) });
      }
    },
  };
}

/** MXFP4 that has but other names and element types than MLX's. */
function renamePacked(tensors: CheckpointTensors): void {
  for (const path of modulesWith(tensors, 'weight_packed')) {
    setParts(tensors, path, { weight: tensors.take(`${path}.weight_packed`).bitcast('U32'), scales: tensors.take(`${path}.weight_scale`).bitcast('U8') });
  }
}
