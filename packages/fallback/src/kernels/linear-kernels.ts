type AffineLinear = (
  input: number, sums: number, rows: number, columns: number, groupSize: number, weight: number, scales: number, biases: number,
  scaleType: number, output: number, outputs: number, begin: number, end: number, scratch: number,
) => void;

type DenseLinear = (
  input: number, rows: number, columns: number, weight: number, output: number, outputs: number, begin: number, end: number,
) => void;

type FloatLinear = (
  input: number, rows: number, columns: number, weight: number, scales: number, globalScale: number, output: number, outputs: number,
  begin: number, end: number,
) => void;

/** Kernels of matrices. */
export interface LinearKernels {
  readonly affine2: AffineLinear;
  readonly affine3: AffineLinear;
  readonly affine4: AffineLinear;
  readonly affine5: AffineLinear;
  readonly affine6: AffineLinear;
  readonly affine8: AffineLinear;
  readonly mxfp4: FloatLinear;
  readonly nvfp4: FloatLinear;
  readonly mxfp8: FloatLinear;
  readonly denseF32: DenseLinear;
  readonly denseF16: DenseLinear;
  readonly denseBF16: DenseLinear;
  prepareInput(bits: number, input: number, rows: number, columns: number, groupSize: number, output: number, sums: number): void;
  prepareFloat(bits: number, input: number, rows: number, columns: number, output: number): void;
  embeddingFloat(
    mode: number, ids: number, rows: number, columns: number, weight: number, scales: number, globalScale: number, output: number,
  ): void;
  embeddingAffine(
    bits: number, ids: number, rows: number, columns: number, groupSize: number, weight: number, scales: number, biases: number,
    scaleType: number, output: number,
  ): void;
  embeddingDense(type: number, ids: number, rows: number, columns: number, weight: number, output: number): void;
  linearBFloat16(
    mode: number, input: number, rows: number, columns: number, weight: number, scales: number, globalScale: number, output: number,
    outputs: number, begin: number, end: number,
  ): void;
  addBias(output: number, bias: number, rows: number, columns: number): void;
  groupVectors(indices: number, count: number, groups: number, order: number, offsets: number): void;
  gatherVectors(input: number, order: number, count: number, shared: number, columns: number, output: number): void;
  scatterVectors(input: number, order: number, count: number, columns: number, output: number): void;
  matmul(left: number, right: number, rows: number, a: number, b: number, c: number, output: number): void;
}
