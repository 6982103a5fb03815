/** Elements from one to the next along each dimension of a value that lies densely. */
export function denseStrides(dimensions: readonly number[]): readonly number[] {
  return dimensions.map((_, axis) => dimensions.slice(axis + 1).reduce((product, size) => product * size, 1));
}
