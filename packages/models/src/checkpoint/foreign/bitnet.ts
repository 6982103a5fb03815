import { repackTernary } from '../../sanitize/rewrites.js';
import type { ForeignMethod } from './foreign-quantization.js';
import { modulesWith, setParts } from './quantized-modules.js';

/** Ternary linears, whose scale divides but for `autobitlinear`. Source: mlx-lm `bitnet_quantize`. */
export const bitnet: ForeignMethod = (settings) => {
  const use = settings.string('linear_class', '') === 'autobitlinear' ? 'multiply' : 'divide';
  return {
    after: (tensors) => {
      for (const path of modulesWith(tensors, 'weight_scale')) {
        setParts(tensors, path, { ...repackTernary(tensors.take(`${path}.weight`), tensors.take(`${path}.weight_scale`), use) });
      }
    },
  };
};
