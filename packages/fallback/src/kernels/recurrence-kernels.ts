/** Kernels of operations whose state is not a cache of all tokens. */
export interface RecurrenceKernels {
  causalConv(
    input: number, rows: number, channels: number, width: number, weight: number, bias: number, silu: number, state: number, output: number,
    begin: number, end: number,
  ): void;
  gatedDelta(
    queries: number, keys: number, values: number, decay: number, beta: number, rows: number, keyHeads: number, valueHeads: number,
    keyDimension: number, valueDimension: number, columns: number, state: number, output: number, begin: number, end: number,
  ): void;
  ssmScan(
    input: number, dt: number, a: number, b: number, c: number, rows: number, heads: number, groups: number, dimension: number, size: number,
    columns: number, state: number, output: number, begin: number, end: number,
  ): void;
}
