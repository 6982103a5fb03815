import { product } from '../../tensors/dtype.js';

/** A permutation of axes in its simplest form. */
export interface TransposeLayout {
  /** How many blocks keep their place: the axes in front that do not move. */
  readonly blocks: number;
  /** Axes of a block of the input, without the first ones and the last ones that do not move. */
  readonly shape: readonly number[];
  /** Axis i of the result is axis `permutation[i]`; empty where nothing moves at all. */
  readonly permutation: readonly number[];
  /** Elements that stay together: the axes at the end that do not move. */
  readonly together: number;
}

/** Drops axes of one element, joins those that stay side by side and takes off the first and last that stay in place. */
export function transposeLayout(shape: readonly number[], permutation: readonly number[]): TransposeLayout {
  const groups: number[][] = [];
  for (const axis of permutation.filter((at) => shape[at] !== 1)) {
    const previous = groups.at(-1);
    const joins = previous !== undefined && axis > (previous.at(-1) as number) && !hasAxisBetween(shape, previous.at(-1) as number, axis);
    if (joins) previous.push(axis);
    else groups.push([axis]);
  }
  const order = [...groups].sort((a, b) => (a[0] as number) - (b[0] as number));
  const sizes = order.map((axes) => product(axes.map((axis) => shape[axis] as number)));
  const moved = groups.map((group) => order.indexOf(group));
  const first = moved[0] === 0 ? 1 : 0;
  const last = moved.length > first && moved.at(-1) === moved.length - 1 ? moved.length - 1 : moved.length;
  return {
    blocks: first === 1 ? (sizes[0] as number) : 1,
    shape: sizes.slice(first, last),
    permutation: moved.slice(first, last).map((axis) => axis - first),
    together: product(sizes.slice(last)),
  };
}

function hasAxisBetween(shape: readonly number[], from: number, to: number): boolean {
  return shape.slice(from + 1, to).some((size) => size !== 1);
}
