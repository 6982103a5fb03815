import { product, rowOf, zerosLike, type Tensor } from '../tensor.js';
import type { Implementations } from '../operation-run.js';

/** Moves elements and computes nothing. */
export const shapes: Implementations<'reshape' | 'slice' | 'concat' | 'transpose' | 'broadcast'> = {
  reshape: ({ input, dimensions }, { value }) => ({ ...value(input), dimensions }),
  slice({ input, axis, start, end, step }, { value }) {
    const tensor = value(input);
    const dimensions = tensor.dimensions.map((size, index) => (index === axis ? Math.ceil((end - start) / step) : size));
    return gather(tensor, dimensions, (place) => place.map((index, at) => (at === axis ? start + index * step : index)));
  },
  concat({ inputs, axis }, { value }) {
    const tensors = inputs.map(value);
    const [first] = tensors as [Tensor];
    const inner = product(first.dimensions.slice(axis + 1));
    const lengths = tensors.map(({ dimensions }) => (dimensions[axis] as number) * inner);
    const output = zerosLike(first, first.dimensions.with(axis, lengths.reduce((a, b) => a + b, 0) / inner));
    const outer = first.rows * product(first.dimensions.slice(0, axis));
    let target = 0;
    for (let index = 0; index < outer; index++) {
      tensors.forEach(({ data }, part) => {
        const length = lengths[part] as number;
        output.data.set(data.subarray(index * length, (index + 1) * length), target);
        target += length;
      });
    }
    return output;
  },
  transpose({ input, permutation }, { value }) {
    const tensor = value(input);
    const dimensions = permutation.map((axis) => tensor.dimensions[axis] as number);
    return gather(tensor, dimensions, (place) => {
      const source = [...place];
      permutation.forEach((axis, index) => { source[axis] = place[index] as number; });
      return source;
    });
  },
  broadcast({ input, dimensions }, { value }) {
    const tensor = value(input);
    return gather(tensor, dimensions, (place) => place.map((index, axis) => (tensor.dimensions[axis] === 1 ? 0 : index)));
  },
};

/** A tensor whose element at each place is the input's at another. */
function gather(input: Tensor, dimensions: readonly number[], source: (place: readonly number[]) => readonly number[]): Tensor {
  const output = zerosLike(input, dimensions);
  const size = product(dimensions);
  const offsets = Array.from({ length: size }, (_, index) => offsetOf(source(placeOf(index, dimensions)), input.dimensions));
  for (let row = 0; row < input.rows; row++) {
    const from = rowOf(input, row);
    offsets.forEach((offset, index) => { output.data[row * size + index] = from[offset] as number; });
  }
  return output;
}

function placeOf(index: number, dimensions: readonly number[]): number[] {
  let rest = index;
  return dimensions.map((size, axis) => {
    const stride = product(dimensions.slice(axis + 1));
    const at = Math.floor(rest / stride) % size;
    rest %= stride;
    return at;
  });
}

function offsetOf(place: readonly number[], dimensions: readonly number[]): number {
  return place.reduce((offset, index, axis) => offset * (dimensions[axis] as number) + index, 0);
}
