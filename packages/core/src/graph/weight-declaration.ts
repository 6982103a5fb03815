/**
 * A weight by its checkpoint path.
 *
 * - `matrix` `[out, in]` (also an embedding) and `stack` `[count, out, in]`: the tensor `path.weight`, dense or quantized,
 *   which neither the graph nor the operation knows;
 * - `vector` `[n]`: the dense tensor `path.weight`;
 * - `tensor` of any shape: the dense tensor that is named `path` itself.
 */
export interface WeightDeclaration {
  readonly path: string;
  readonly kind: 'matrix' | 'stack' | 'vector' | 'tensor';
  readonly shape: readonly number[];
  /** Whether `path.bias` (`[out]`; of a stack `[count, out]`) exists and is added. Never for a `tensor`. */
  readonly bias: boolean;
}
