// Models of common sizes with random weights (4 bit, group 64), for machines where no checkpoint is at hand.
import { randomFillSync } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** Configurations by name, which `measure_mlx_lm.py` reads too. */
export function readSizes() {
  return JSON.parse(readFileSync(new URL('sizes.json', import.meta.url), 'utf8'));
}

export function promptOf(length, salt, vocabularySize) {
  return Array.from({ length }, (_, index) => ((index * 7919 + salt * 104_729) % 100_000) % vocabularySize);
}

function bfloat16(value) {
  return new Uint16Array(new Float32Array([value]).buffer)[1];
}

/** Weights that are made on reading: random integers, constant scales. */
export function randomWeights(graph) {
  const noise = randomFillSync(new Uint8Array(1 << 20));
  const tensors = new Map();
  const fills = new Map();
  const put = (name, dtype, shape, fill) => {
    const byteLength = shape.reduce((product, size) => product * size, dtype === 'U32' ? 4 : 2);
    tensors.set(name, { name, dtype, shape, byteLength });
    fills.set(name, fill);
  };
  for (const { path, kind, shape } of graph.weights) {
    const [outputs, inputs] = shape;
    if (kind === 'vector') {
      put(`${path}.weight`, 'BF16', shape, bfloat16(1));
      continue;
    }
    const scale = 0.1 / Math.sqrt(inputs);
    put(`${path}.weight`, 'U32', [outputs, inputs / 8], 'noise');
    put(`${path}.scales`, 'BF16', [outputs, inputs / 64], bfloat16(scale));
    put(`${path}.biases`, 'BF16', [outputs, inputs / 64], bfloat16(-7.5 * scale));
  }
  const read = async (name) => {
    const bytes = new Uint8Array(tensors.get(name).byteLength);
    const fill = fills.get(name);
    if (fill !== 'noise') new Uint16Array(bytes.buffer).fill(fill);
    else for (let at = 0; at < bytes.length; at += noise.length) bytes.set(noise.subarray(0, Math.min(noise.length, bytes.length - at)), at);
    return bytes;
  };
  const quantization = (path) => (tensors.has(`${path}.scales`) ? { mode: 'affine', bits: 4, groupSize: 64 } : undefined);
  return { tensors, quantization, location: () => undefined, read };
}
