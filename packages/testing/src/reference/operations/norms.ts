import { dot, mapVectors } from '../tensor.js';
import type { Implementations } from '../operation-run.js';

/** Norms over the last dimension. */
export const norms: Implementations<'rmsNorm' | 'layerNorm' | 'l2Norm'> = {
  rmsNorm({ input, weight: path, weightOffset, epsilon }, { value, weight }) {
    const tensor = value(input);
    const factors = path === undefined ? undefined : weight(path).data;
    return mapVectors(tensor, tensor.dimensions.at(-1) as number, (vector) => {
      const factor = 1 / Math.sqrt(dot(vector, vector) / vector.length + epsilon);
      return Float64Array.from(vector, (x, index) => x * factor * (factors === undefined ? 1 : (factors[index] as number) + weightOffset));
    });
  },
  layerNorm({ input, weight: path, weightOffset, epsilon }, { value, weight }) {
    const tensor = value(input);
    const { data: factors, bias } = path === undefined ? {} : weight(path);
    return mapVectors(tensor, tensor.dimensions.at(-1) as number, (vector) => {
      const mean = Float64Array.from(vector).reduce((a, b) => a + b, 0) / vector.length;
      const centred = Float64Array.from(vector, (x) => x - mean);
      const factor = 1 / Math.sqrt(dot(centred, centred) / vector.length + epsilon);
      return centred.map((x, index) => x * factor * (factors === undefined ? 1 : (factors[index] as number) + weightOffset) + (bias?.[index] ?? 0));
    });
  },
  l2Norm({ input, epsilon }, { value }) {
    const tensor = value(input);
    return mapVectors(tensor, tensor.dimensions.at(-1) as number, (vector) => {
      const length = Math.max(Math.sqrt(dot(vector, vector)), epsilon);
      return Float64Array.from(vector, (x) => x / length);
    });
  },
};
