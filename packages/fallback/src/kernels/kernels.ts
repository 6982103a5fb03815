type AffineLinear = (
  input: number, sums: number, rows: number, columns: number, groupSize: number, weight: number, scales: number, biases: number,
  scaleType: number, output: number, outputs: number, begin: number, end: number, scratch: number,
) => void;

type DenseLinear = (
  input: number, rows: number, columns: number, weight: number, output: number, outputs: number, begin: number, end: number,
) => void;

type Append = (input: number, rows: number, start: number, heads: number, dimension: number, table: number, offset: number) => void;

/** What a kernel module exports; arguments are addresses and counts, described in `assembly/`. */
export interface Kernels {
  initialize(): void;
  readonly affine2: AffineLinear;
  readonly affine3: AffineLinear;
  readonly affine4: AffineLinear;
  readonly affine5: AffineLinear;
  readonly affine6: AffineLinear;
  readonly affine8: AffineLinear;
  readonly denseF32: DenseLinear;
  readonly denseF16: DenseLinear;
  readonly denseBF16: DenseLinear;
  readonly appendKeys: Append;
  readonly appendValues: Append;
  prepareInput(bits: number, input: number, rows: number, columns: number, groupSize: number, output: number, sums: number): void;
  embeddingAffine(
    bits: number, ids: number, rows: number, columns: number, groupSize: number, weight: number, scales: number, biases: number,
    scaleType: number, output: number,
  ): void;
  embeddingDense(type: number, ids: number, rows: number, columns: number, weight: number, output: number): void;
  rmsNorm(input: number, weight: number, rows: number, columns: number, epsilon: number, output: number): void;
  rope(
    input: number, rows: number, heads: number, dimensions: number, rotary: number, traditional: number, table: number, output: number,
  ): void;
  attention(
    queries: number, rows: number, start: number, heads: number, keyHeads: number, keyDimension: number, valueDimension: number,
    scale: number, table: number, keys: number, values: number, scores: number, output: number, begin: number, end: number,
  ): void;
  add(left: number, right: number, count: number, output: number): void;
  gatedSilu(gate: number, up: number, count: number, output: number): void;
  addBias(output: number, bias: number, rows: number, columns: number): void;
  selectRows(input: number, indices: number, rows: number, columns: number, output: number): void;
  convertVector(type: number, from: number, count: number, to: number): void;
  exponentials(input: number, count: number, output: number): void;
}
