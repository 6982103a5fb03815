/** Kernels of elements, vectors and shapes. */
export interface ElementKernels {
  unary(operation: number, input: number, count: number, output: number): void;
  binary(
    operation: number, left: number, right: number, output: number, size0: number, size1: number, size2: number, size3: number,
    left0: number, left1: number, left2: number, left3: number, right0: number, right1: number, right2: number, right3: number,
  ): void;
  scale(input: number, factor: number, offset: number, count: number, output: number): void;
  clip(input: number, minimum: number, maximum: number, count: number, output: number): void;
  roundBFloat16(output: number, count: number): void;
  gated(activation: number, gate: number, up: number, count: number, output: number): void;
  rmsNorm(input: number, weight: number, rows: number, columns: number, epsilon: number, output: number): void;
  rmsNormOffset(input: number, weight: number, offset: number, rows: number, columns: number, epsilon: number, output: number): void;
  layerNorm(
    input: number, weight: number, offset: number, bias: number, rows: number, columns: number, epsilon: number, output: number,
  ): void;
  l2Norm(input: number, rows: number, columns: number, epsilon: number, output: number): void;
  reduce(operation: number, input: number, rows: number, columns: number, output: number): void;
  softmax(input: number, rows: number, columns: number, output: number): void;
  copy(
    input: number, output: number, size0: number, size1: number, size2: number, size3: number,
    from0: number, from1: number, from2: number, from3: number, to0: number, to1: number, to2: number, to3: number,
  ): void;
  limitIds(ids: number, rows: number, limit: number, output: number): void;
  selectRows(input: number, indices: number, rows: number, columns: number, output: number): void;
  pool(mode: number, input: number, rows: number, columns: number, output: number): void;
  route(
    input: number, rows: number, experts: number, count: number, scoring: number, softmax: number, normalize: number, epsilon: number,
    groups: number, keep: number, groupScore: number, scale: number, jitter: number, selectionBias: number, expertScale: number,
    scratch: number, indices: number, output: number,
  ): void;
  combine(input: number, weights: number, rows: number, count: number, columns: number, output: number): void;
  convertVector(type: number, from: number, count: number, to: number): void;
  exponentials(input: number, count: number, output: number): void;
}
