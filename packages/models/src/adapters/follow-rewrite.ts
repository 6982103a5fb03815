import type { SymbolicTensor } from '../sanitize/symbolic-tensor.js';
import { SymbolicTensor as Tensor } from '../sanitize/symbolic-tensor.js';
import type { SymbolicTensorData } from '../sanitize/tensor-expression.js';

/** The two factors of the change of a weight, the right way round: `[…, out, in] = up · down`. */
export interface Factors {
  readonly down: SymbolicTensor;
  readonly up: SymbolicTensor;
}

/**
 * What a family's rewrite of weights does to a change of low rank: the factors of what it makes of changed weights.
 * @param factorsOf - those of a tensor of the checkpoint, by name
 * @returns `undefined` where a rewrite is of another kind, or not linear
 */
export function followRewrite({ expression, shape }: SymbolicTensorData, factorsOf: (name: string) => Factors | undefined): Factors | undefined {
  const follow = (data: SymbolicTensorData): Factors | undefined => followRewrite(data, factorsOf);
  switch (expression.type) {
    case 'source': return factorsOf(expression.tensor.name);
    case 'cast': return follow(expression.input);
    case 'transpose': {
      const { input, permutation } = expression;
      const rank = input.shape.length;
      const swapsLast = rank >= 2 && permutation.every((axis, i) => axis === (i < rank - 2 ? i : 2 * rank - 3 - i));
      const factors = swapsLast ? follow(input) : undefined;
      return factors && { down: factors.up.moveAxis(-1, -2), up: factors.down.moveAxis(-1, -2) };
    }
    case 'slice': {
      const { input, axis, start, end, step } = expression;
      const factors = follow(input);
      if (factors === undefined) return undefined;
      const { down, up } = factors;
      const fromEnd = axis - input.shape.length;
      if (fromEnd === -1) return { down: down.slice(-1, start, end, step), up };
      if (fromEnd === -2) return { down, up: up.slice(-2, start, end, step) };
      return { down: down.slice(axis, start, end, step), up: up.slice(axis, start, end, step) };
    }
    case 'reshape': {
      // Only leading dimensions of one, which stacking adds.
      const { input } = expression;
      const matrix = input.shape.slice(-2);
      const isSame = shape.length >= 2 && input.shape.length >= 2 && matrix.every((size, i) => size === shape[shape.length - 2 + i]);
      const factors = isSame ? follow(input) : undefined;
      const leading = shape.slice(0, -2);
      return factors && { down: factors.down.reshape([...leading, ...factors.down.shape.slice(-2)]), up: factors.up.reshape([...leading, ...factors.up.shape.slice(-2)]) };
    }
    case 'concat': {
      const { inputs, axis } = expression;
      const parts = inputs.map(follow);
      if (parts.some((part) => part === undefined)) return undefined;
      const known = parts as readonly Factors[];
      if (known.length === 1) return known[0];
      const ranks = new Set(known.map(({ down }) => down.size(-2)));
      const isStack = axis < shape.length - 2 && ranks.size === 1;
      return isStack ? { down: Tensor.concat(known.map(({ down }) => down), axis), up: Tensor.concat(known.map(({ up }) => up), axis) } : undefined;
    }
    case 'bitcast': case 'affine': case 'multiply': case 'call': return undefined;
  }
}
