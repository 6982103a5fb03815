/** Rows of numbers, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** A matrix of zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, data: new Float32Array(rows * columns) };
}

/** One row, shared with the matrix. */
export function rowOf({ data, columns }: Matrix, row: number): Float32Array {
  return data.subarray(row * columns, (row + 1) * columns);
}

/** Dot product of two stretches of numbers, summed in float64. */
export function dot(left: Float32Array, leftStart: number, right: Float32Array, rightStart: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (left[leftStart + i] as number) * (right[rightStart + i] as number);
  return sum;
}

/** `x · Wᵀ (+ bias)` */
export function linear(input: Matrix, weight: Matrix, bias: Float32Array | undefined): Matrix {
  const output = zeros(input.rows, weight.rows);
  const length = input.columns;
  for (let row = 0; row < input.rows; row++) {
    for (let column = 0; column < weight.rows; column++) {
      const product = dot(input.data, row * length, weight.data, column * length, length);
      output.data[row * weight.rows + column] = product + (bias?.[column] ?? 0);
    }
  }
  return output;
}

/** Element by element, of equal shapes. */
export function zip(left: Matrix, right: Matrix, combine: (a: number, b: number) => number): Matrix {
  return { ...left, data: left.data.map((value, index) => combine(value, right.data[index] as number)) };
}
