import type { ValueId } from '@mlxengine/core/graph';
import { MathBuilder } from './math-builder.js';

/** What {@link WeightBuilder.embedding} takes. */
export interface EmbeddingOptions {
  readonly rows: number;
  readonly dimensions: number;
  /** Ids from here on read row 0 instead; default: every id is a row. */
  readonly limit?: number;
}

/** What {@link WeightBuilder.layerNorm} takes. */
export interface LayerNormOptions {
  readonly epsilon: number;
  /** Default: as the weight, there is one where that is. */
  readonly bias?: boolean;
  /** 1 where the checkpoint holds the weight less 1; default 0. */
  readonly weightOffset?: number;
}

/** What the inputs are and what is computed with weights. */
export class WeightBuilder extends MathBuilder {
  /** The ids of the step's new tokens, `[tokens]`. */
  tokens(): ValueId {
    return this.push({ type: 'tokens', output: this.ids() });
  }

  /** Positions of the new tokens in their sequences, counted from `offset`: int32 `[tokens]`. */
  positions(offset = 0): ValueId {
    return this.push({ type: 'positions', offset, output: this.ids() });
  }

  /** Segments of the new tokens (BERT's token types), int32 `[tokens]`. */
  tokenTypes(): ValueId {
    return this.push({ type: 'tokenTypes', output: this.ids() });
  }

  /** The tensor that is named `path` itself, as a value with the leading dimension `none`. */
  parameter(path: string, shape: readonly number[]): ValueId {
    this.declareTensor('parameter', path, shape);
    return this.push({ type: 'parameter', weight: path, output: this.floats('none', shape) });
  }

  /** Rows of the matrix `[rows, dimensions]` at `weight`, chosen by id: int32 `[n]` to `[n, dimensions]`. */
  embedding(input: ValueId, weight: string, { rows, dimensions, limit }: EmbeddingOptions): ValueId {
    const { leading, dtype, ...ids } = this.at('embedding', input);
    if (dtype !== 'int32' || ids.dimensions.length > 0) throw this.mismatch('embedding', weight, 'int32 [n]', input);
    this.declare('embedding', { path: weight, kind: 'matrix', shape: [rows, dimensions], bias: false });
    const output = this.floats(leading, [dimensions]);
    return this.push({ type: 'embedding', input, weight, ...(limit !== undefined && { limit }), output });
  }

  /** `x · Wᵀ (+ bias)` with the matrix `[dimensions, in]` at `weight`: `[n, in]` to `[n, dimensions]`. */
  linear(input: ValueId, weight: string, { dimensions, bias = false }: { readonly dimensions: number; readonly bias?: boolean }): ValueId {
    const { leading, dimensions: [size, ...rest] } = this.float('linear', input, weight);
    if (size === undefined || rest.length > 0 || leading === 'none') throw this.mismatch('linear', weight, 'float [n, in]', input);
    this.declare('linear', { path: weight, kind: 'matrix', shape: [dimensions, size], bias });
    return this.push({ type: 'linear', input, weight, output: this.floats(leading, [dimensions]) });
  }

  /** A matrix of its own for each head, the stack `[heads, dimensions, in]` at `weight`: `[n, heads, in]` to `[n, heads, dimensions]`. */
  headLinear(input: ValueId, weight: string, { dimensions }: { readonly dimensions: number }): ValueId {
    const { leading, dimensions: [heads = 0, size = 0] } = this.ranked('headLinear', input, 2, weight);
    this.declare('headLinear', { path: weight, kind: 'stack', shape: [heads, dimensions, size], bias: false });
    return this.push({ type: 'headLinear', input, weight, output: this.floats(leading, [heads, dimensions]) });
  }

  /**
   * `x / sqrt(mean(x²) + epsilon) · (w + weightOffset)` over the last dimension.
   * @param weight - of the last dimension's size; `undefined`: no factor
   */
  rmsNorm(
    input: ValueId, weight: string | undefined, { epsilon, weightOffset = 0 }: { readonly epsilon: number; readonly weightOffset?: number },
  ): ValueId {
    const { leading, dimensions, size } = this.last('rmsNorm', input);
    if (weight !== undefined) this.declare('rmsNorm', { path: weight, kind: 'vector', shape: [size], bias: false });
    const output = this.floats(leading, dimensions);
    return this.push({ type: 'rmsNorm', input, ...(weight !== undefined && { weight }), weightOffset, epsilon, output });
  }

  /**
   * `(x - mean(x)) / sqrt(variance(x) + epsilon) · (w + weightOffset) (+ bias)` over the last dimension.
   * @param weight - of the last dimension's size; `undefined`: neither factor nor bias
   */
  layerNorm(input: ValueId, weight: string | undefined, { epsilon, bias = true, weightOffset = 0 }: LayerNormOptions): ValueId {
    const { leading, dimensions, size } = this.last('layerNorm', input);
    if (weight !== undefined) this.declare('layerNorm', { path: weight, kind: 'vector', shape: [size], bias });
    const output = this.floats(leading, dimensions);
    return this.push({ type: 'layerNorm', input, ...(weight !== undefined && { weight }), weightOffset, epsilon, output });
  }

  /** `x / max(sqrt(sum(x²)), epsilon)` over the last dimension; epsilon 1e-12 is torch's. */
  l2Norm(input: ValueId, epsilon = 1e-12): ValueId {
    const { leading, dimensions } = this.last('l2Norm', input);
    return this.push({ type: 'l2Norm', input, epsilon, output: this.floats(leading, dimensions) });
  }

  private ids(): ValueId {
    return this.value({ leading: 'tokens', dimensions: [], dtype: 'int32' });
  }
}
