import type { CheckpointTensors } from '../../sanitize/checkpoint-tensors.js';
import { unsupportedQuantization } from '../quantization-settings.js';
import { dequantizeModules, dropActivationScales } from './float8.js';
import type { ForeignMethod } from './foreign-quantization.js';
import { modulesWith, setParts } from './quantized-modules.js';

/** Greatest magnitudes of E2M1 and E4M3: MLX's global scale is the greatest magnitude of the weight, ModelOpt's that divided by them. */
const greatest = 6 * 448;

/** NVIDIA ModelOpt: NVFP4, also under MLX's names, and FP8 with one scale a matrix, which becomes bfloat16. */
export const modelopt: ForeignMethod = (settings) => {
  const algorithm = (settings.object('quantization') ?? settings).string('quant_algo', '');
  if (algorithm !== 'NVFP4' && algorithm !== 'FP8') throw unsupportedQuantization(`modelopt, algorithm ${JSON.stringify(algorithm)}`);
  return {
    before: (tensors) => {
      dropActivationScales(tensors);
      if (algorithm === 'FP8') dequantizeModules(tensors, 'weight_scale');
      else renameFloat4(tensors);
    },
  };
};

function renameFloat4(tensors: CheckpointTensors): void {
  for (const path of modulesWith(tensors, 'weight_scale_2')) {
    setParts(tensors, path, {
      weight: tensors.take(`${path}.weight`).bitcast('U32'),
      scales: tensors.take(`${path}.weight_scale`).bitcast('U8'),
      global_scale: tensors.take(`${path}.weight_scale_2`).reshape([]).scale(greatest),
    });
  }
}
