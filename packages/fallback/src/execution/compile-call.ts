import { elementTypes } from '../kernels/element-type.js';
import type { Kernels } from '../kernels/kernels.js';
import type { KernelCall } from '../lowering/kernel-call.js';
import { type AffineMatrix, type DenseMatrix, type Matrix } from '../lowering/matrix.js';

/** What a call needs to know of the step it runs in. */
export interface StepContext {
  /** Rows that the call works on. */
  readonly rows: number;
  /** Position of the step's first token in its sequence. */
  readonly start: number;
  /** Address of the sequence's block table. */
  readonly table: number;
}

/**
 * A call with all its addresses. Its work can be done in parts, `begin` to `end` of `range`, in any order: that is how a
 * long call stays interruptible.
 */
export interface CompiledCall {
  readonly range: number;
  /** Smallest sensible part of the range. */
  readonly step: number;
  /** Multiplications of one unit of the range, for a step of `context`. */
  work(context: StepContext): number;
  run(context: StepContext, begin: number, end: number): void;
}

/** Binds a call to kernels and addresses. */
export function compileCall(call: KernelCall, kernels: Kernels, addresses: readonly number[]): CompiledCall {
  const at = (buffer: number): number => addresses[buffer] ?? 0;
  switch (call.kernel) {
    case 'embedding': return whole(embedding(call.matrix, kernels, at(call.ids), at(call.output)));
    case 'prepare': {
      const { bits, columns, groupSize } = call;
      const input = at(call.input), output = at(call.output), sums = at(call.sums);
      return whole(({ rows }) => kernels.prepareInput(bits, input, rows, columns, groupSize, output, sums));
    }
    case 'affine': return affine(call.matrix, kernels, [at(call.input), at(call.sums), at(call.scratch), at(call.output)]);
    case 'dense': return dense(call.matrix, kernels, at(call.input), at(call.output));
    case 'addBias': {
      const { bias, columns } = call;
      const output = at(call.output);
      return whole(({ rows }) => kernels.addBias(output, bias, rows, columns));
    }
    case 'rmsNorm': {
      const { weight, columns, repeat, epsilon } = call;
      const input = at(call.input), output = at(call.output);
      return whole(({ rows }) => kernels.rmsNorm(input, weight, rows * repeat, columns, epsilon, output));
    }
    case 'rope': {
      const { heads, dimensions, rotaryDimensions } = call;
      const input = at(call.input), output = at(call.output), table = at(call.table), traditional = call.traditional ? 1 : 0;
      return whole(({ rows }) => kernels.rope(input, rows, heads, dimensions, rotaryDimensions, traditional, table, output));
    }
    case 'attention': return attention(call, kernels, at);
    case 'add': {
      const { elements } = call;
      const left = at(call.left), right = at(call.right), output = at(call.output);
      return whole(({ rows }) => kernels.add(left, right, rows * elements, output));
    }
    case 'gatedSilu': {
      const { elements } = call;
      const gate = at(call.gate), up = at(call.up), output = at(call.output);
      return whole(({ rows }) => kernels.gatedSilu(gate, up, rows * elements, output));
    }
    case 'selectRows': {
      const { columns } = call;
      const input = at(call.input), indices = at(call.indices), output = at(call.output);
      return whole(({ rows }) => kernels.selectRows(input, indices, rows, columns, output));
    }
  }
}

function whole(run: (context: StepContext) => void): CompiledCall {
  return { range: 1, step: 1, work: () => 0, run };
}

function embedding(matrix: Matrix, kernels: Kernels, ids: number, output: number): (context: StepContext) => void {
  const { columns, address } = matrix;
  if (matrix.format === 'dense') {
    const type = elementTypes[matrix.type];
    return ({ rows }) => kernels.embeddingDense(type, ids, rows, columns, address, output);
  }
  const { bits, groupSize, scales, biases } = matrix;
  const scaleType = elementTypes[matrix.scaleType];
  return ({ rows }) => kernels.embeddingAffine(bits, ids, rows, columns, groupSize, address, scales, biases, scaleType, output);
}

function affine(matrix: AffineMatrix, kernels: Kernels, [input, sums, scratch, output]: readonly [number, number, number, number]): CompiledCall {
  const { outputs, columns, groupSize, address, scales, biases } = matrix;
  const kernel = kernels[`affine${matrix.bits}`];
  const scaleType = elementTypes[matrix.scaleType];
  return {
    range: outputs,
    step: 8,
    work: ({ rows }) => rows * columns,
    run: ({ rows }, begin, end) =>
      kernel(input, sums, rows, columns, groupSize, address, scales, biases, scaleType, output, outputs, begin, end, scratch),
  };
}

function dense({ outputs, columns, address, type }: DenseMatrix, kernels: Kernels, input: number, output: number): CompiledCall {
  const kernel = kernels[`dense${type}`];
  return {
    range: outputs,
    step: 2,
    work: ({ rows }) => rows * columns,
    run: ({ rows }, begin, end) => kernel(input, rows, columns, address, output, outputs, begin, end),
  };
}

function attention(call: Extract<KernelCall, { kernel: 'attention' }>, kernels: Kernels, at: (buffer: number) => number): CompiledCall {
  const { heads, scale, state } = call;
  const { keyDimension, valueDimension } = state;
  const [queries, keys, values, scores, output] = [at(call.queries), at(call.keys), at(call.values), at(call.scores), at(call.output)];
  return {
    range: state.heads,
    step: 1,
    work: ({ rows, start }) => rows * (start + rows) * (keyDimension + valueDimension) * (heads / state.heads),
    run: ({ rows, start, table }, begin, end) => {
      if (begin === 0) {
        kernels.appendKeys(keys, rows, start, state.heads, keyDimension, table, state.keys);
        kernels.appendValues(values, rows, start, state.heads, valueDimension, table, state.values);
      }
      kernels.attention(
        queries, rows, start, heads, state.heads, keyDimension, valueDimension, scale, table, state.keys, state.values, scores, output, begin, end,
      );
    },
  };
}
