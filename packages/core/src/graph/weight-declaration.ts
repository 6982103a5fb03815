/**
 * A weight by its checkpoint path. A `matrix` (`[out, in]`, also an embedding) may be dense or quantized there, which
 * neither the graph nor the operation knows; a `vector` is dense.
 */
export interface WeightDeclaration {
  readonly path: string;
  readonly kind: 'matrix' | 'vector';
  readonly shape: readonly number[];
  /** Whether `path.bias` (`[out]`) exists and is added. */
  readonly bias: boolean;
}
