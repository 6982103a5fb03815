import { elementTypes } from '../kernels/element-type.js';
import type { Kernels } from '../kernels/kernels.js';
import type { BufferId, KernelCall } from '../lowering/kernel-call.js';
import type { Matrix } from '../lowering/matrix.js';

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

/** Addresses of a call's buffers. */
type Locate = (buffer: BufferId) => number;

type CallOf<Kernel extends KernelCall['kernel']> = Extract<KernelCall, { readonly kernel: Kernel }>;

/** Binds a call to kernels and addresses. */
export function compileCall(call: KernelCall, kernels: Kernels, addresses: readonly number[]): CompiledCall {
  const at: Locate = (buffer) => addresses[buffer] ?? 0;
  switch (call.kernel) {
    case 'embedding': return whole(embedding(call.matrix, kernels, at(call.ids), at(call.output)));
    case 'prepare': return whole(prepare(call, kernels, at));
    case 'affine': return affine(call, kernels, at);
    case 'dense': return dense(call, kernels, at);
    case 'addBias': return whole(addBias(call, kernels, at(call.output)));
    case 'rmsNorm': return whole(rmsNorm(call, kernels, at(call.input), at(call.output)));
    case 'rope': return whole(rope(call, kernels, at));
    case 'attention': return attention(call, kernels, at);
    case 'add': return whole(elementwise(kernels.add, [at(call.left), at(call.right), at(call.output)], call.elements));
    case 'gatedSilu': return whole(elementwise(kernels.gatedSilu, [at(call.gate), at(call.up), at(call.output)], call.elements));
    case 'selectRows': return whole(selectRows(call, kernels, at));
  }
}

type Run = (context: StepContext) => void;

function prepare({ bits, columns, groupSize, ...call }: CallOf<'prepare'>, kernels: Kernels, at: Locate): Run {
  const [input, output, sums] = [at(call.input), at(call.output), at(call.sums)];
  return ({ rows }) => kernels.prepareInput(bits, input, rows, columns, groupSize, output, sums);
}

function addBias({ bias, columns }: CallOf<'addBias'>, kernels: Kernels, output: number): Run {
  return ({ rows }) => kernels.addBias(output, bias, rows, columns);
}

function rmsNorm({ weight, columns, repeat, epsilon }: CallOf<'rmsNorm'>, kernels: Kernels, input: number, output: number): Run {
  return ({ rows }) => kernels.rmsNorm(input, weight, rows * repeat, columns, epsilon, output);
}

function rope({ heads, dimensions, rotaryDimensions, ...call }: CallOf<'rope'>, kernels: Kernels, at: Locate): Run {
  const [input, table, output] = [at(call.input), at(call.table), at(call.output)];
  const traditional = call.traditional ? 1 : 0;
  return ({ rows }) => kernels.rope(input, rows, heads, dimensions, rotaryDimensions, traditional, table, output);
}

function elementwise(kernel: Kernels['add'], [first, second, output]: readonly [number, number, number], elements: number): Run {
  return ({ rows }) => kernel(first, second, rows * elements, output);
}

function selectRows({ columns, ...call }: CallOf<'selectRows'>, kernels: Kernels, at: Locate): Run {
  const [input, indices, output] = [at(call.input), at(call.indices), at(call.output)];
  return ({ rows }) => kernels.selectRows(input, indices, rows, columns, output);
}

function whole(run: Run): CompiledCall {
  return { range: 1, step: 1, work: () => 0, run };
}

function embedding(matrix: Matrix, kernels: Kernels, ids: number, output: number): Run {
  const { columns, address } = matrix;
  if (matrix.format === 'dense') {
    const type = elementTypes[matrix.type];
    return ({ rows }) => kernels.embeddingDense(type, ids, rows, columns, address, output);
  }
  const { bits, groupSize, scales, biases } = matrix;
  const scaleType = elementTypes[matrix.scaleType];
  return ({ rows }) => kernels.embeddingAffine(bits, ids, rows, columns, groupSize, address, scales, biases, scaleType, output);
}

function affine({ matrix, ...call }: CallOf<'affine'>, kernels: Kernels, at: Locate): CompiledCall {
  const [input, sums, scratch, output] = [at(call.input), at(call.sums), at(call.scratch), at(call.output)];
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

function dense({ matrix, ...call }: CallOf<'dense'>, kernels: Kernels, at: Locate): CompiledCall {
  const { outputs, columns, address, type } = matrix;
  const [input, output] = [at(call.input), at(call.output)];
  const kernel = kernels[`dense${type}`];
  return {
    range: outputs,
    step: 2,
    work: ({ rows }) => rows * columns,
    run: ({ rows }, begin, end) => kernel(input, rows, columns, address, output, outputs, begin, end),
  };
}

function attention(call: CallOf<'attention'>, kernels: Kernels, at: Locate): CompiledCall {
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
