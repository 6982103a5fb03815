type Append = (input: number, rows: number, start: number, heads: number, dimension: number, table: number, offset: number) => void;

/** Kernels of positions and attention. */
export interface AttentionKernels {
  readonly appendKeys: Append;
  readonly appendValues: Append;
  rope(
    input: number, rows: number, heads: number, dimensions: number, rotary: number, traditional: number, table: number, output: number,
  ): void;
  ropeBFloat16(
    input: number, rows: number, heads: number, dimensions: number, rotary: number, traditional: number, amplitude: number, table: number, output: number,
  ): void;
  attention(
    queries: number, rows: number, start: number, tokens: number, heads: number, keyHeads: number, keyDimension: number, valueDimension: number,
    scale: number, causal: number, window: number, softcap: number, sinks: number, rounded: number,
    table: number, keys: number, values: number, scores: number, output: number, begin: number, end: number,
  ): void;
  appendLatents(
    latents: number, keys: number, rows: number, start: number, rank: number, ropeDimension: number, table: number, offset: number,
  ): void;
  latentAttention(
    queries: number, rotatedQueries: number, rows: number, start: number, heads: number, rank: number, ropeDimension: number, scale: number,
    table: number, offset: number, scores: number, output: number, begin: number, end: number,
  ): void;
}
