import type { SymbolicTensor } from '../sanitize/symbolic-tensor.js';

/** One of the two thin matrices of an adapted layer. */
export interface Factor {
  readonly tensor: SymbolicTensor;
  /** Whether its last two dimensions are the other way round. */
  readonly transposed: boolean;
}

/** A layer that an adapter changes, as its files call it; `W + scale · up · down`. */
export interface AdapterLayer {
  /** The module's name in mlx-lm or, of PEFT, in transformers. */
  readonly name: string;
  /** `[r, in]`, or `[count, r, in]` of a stack of experts. */
  readonly down: Factor;
  /** `[out, r]`, or `[count, out, r]`. */
  readonly up: Factor;
  readonly scale: number;
  /** DoRA's, `[out]`. */
  readonly magnitude?: SymbolicTensor;
  /** Whether transformers keeps the layer's matrix as `[in, out]` (GPT-2's Conv1D). */
  readonly inputsFirst: boolean;
  /** Whether it is an embedding whose tied head stays as it was (PEFT). */
  readonly embeddingOnly: boolean;
}

/** A layer of an adapter by the graph's path. */
export interface PlacedLayer extends Pick<AdapterLayer, 'name' | 'down' | 'up' | 'scale' | 'magnitude' | 'embeddingOnly'> {
  readonly path: string;
}

/** A factor's shape with its last two dimensions the right way round. */
export function shapeOf({ tensor: { shape }, transposed }: Factor): readonly number[] {
  return transposed ? [...shape.slice(0, -2), ...shape.slice(-2).reverse()] : shape;
}

/** A factor the right way round. */
export function straight({ tensor, transposed }: Factor): SymbolicTensor {
  return transposed ? tensor.moveAxis(-1, -2) : tensor;
}
