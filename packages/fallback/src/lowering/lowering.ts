import { GraphError } from '@mlxengine/core';
import type { GraphOperation, LeadingDimension, ModelGraph, ValueId } from '@mlxengine/core/graph';
import type { BufferId } from './calls/call.js';
import type { KernelCall } from './kernel-call.js';
import { type Matrix, paddedGroups } from './matrix.js';
import type { WeightPlan } from './plan-weights.js';
import type { BufferShape, Program, ProgramOutput, StepTable } from './program.js';
import { layOutStates, type StateLayout } from './state-layout.js';

// Outputs whose scales a kernel converts at a time; the same as in `assembly/affine-scales.ts`.
const tileOutputs = 8;

/** The operation of a type. */
export type OperationOf<Type extends GraphOperation['type']> = Extract<GraphOperation, { readonly type: Type }>;

/** A program in the making: what the functions of all operations share. */
export class Lowering {
  readonly graph: ModelGraph;
  readonly states: StateLayout;
  /** Where kernels convert the scales of some outputs. */
  readonly scratch: BufferId;
  /** Where attentions keep the scores of one query. */
  readonly scores: BufferId;
  readonly #weights: WeightPlan;
  readonly #buffers: BufferShape[] = [];
  readonly #calls: KernelCall[] = [];
  readonly #values = new Map<ValueId, BufferId>();
  readonly #made = new Map<string, unknown>();
  readonly #tables: StepTable[] = [];
  readonly #biased: ReadonlySet<string>;
  readonly #ids: BufferId;
  readonly #rowIndices: BufferId;

  constructor(graph: ModelGraph, weights: WeightPlan) {
    this.graph = graph;
    this.#weights = weights;
    this.#biased = new Set(graph.weights.flatMap(({ path, bias }) => (bias ? [path] : [])));
    this.states = layOutStates(graph);
    this.#ids = this.buffer({ leading: 'tokens', elements: 1, pinned: true });
    this.#rowIndices = this.buffer({ leading: 'rows', elements: 1, pinned: true });
    const affine = [...weights.matrices.values()].filter((matrix) => matrix.format === 'affine');
    const groups = Math.max(0, ...affine.map(paddedGroups));
    this.scratch = this.buffer({ leading: 'none', elements: 2 * tileOutputs * groups, pinned: true });
    this.scores = this.buffer({ leading: 'none', elements: Math.ceil(graph.contextLength / 16) * 16 + 16, pinned: true });
  }

  /** Ids of the step's tokens. */
  get ids(): BufferId {
    return this.#ids;
  }

  /** Which tokens' logits are wanted. */
  get rowIndices(): BufferId {
    return this.#rowIndices;
  }

  finish(): Program {
    const { logits, pooled, hidden } = this.graph.outputs;
    const callsOf = (leading: LeadingDimension): readonly KernelCall[] => this.#calls.filter((call) => call.leading === leading);
    return {
      constantCalls: callsOf('none'),
      tokenCalls: callsOf('tokens'),
      rowCalls: callsOf('rows'),
      sequenceCalls: callsOf('sequences'),
      ...(logits !== undefined && { logits: this.#output(logits) }),
      ...(pooled !== undefined && { pooled: this.#output(pooled) }),
      ...(hidden !== undefined && { hidden: this.#output(hidden) }),
      buffers: this.#buffers,
      ids: this.#ids,
      rowIndices: this.#rowIndices,
      stepTables: this.#tables,
      blockBytes: this.states.blockBytes,
      stateBytes: this.states.stateBytes,
      vocabularySize: this.graph.vocabularySize,
      contextLength: this.graph.contextLength,
    };
  }

  emit(call: KernelCall): void {
    this.#calls.push(call);
  }

  buffer(shape: BufferShape): BufferId {
    return this.#buffers.push(shape) - 1;
  }

  /** A buffer for a value; those that outlive their calls' kind keep their place. */
  define(value: ValueId): BufferId {
    const { leading } = this.rows(value);
    const buffer = this.buffer({ leading, elements: this.elements(value), pinned: leading === 'none' });
    this.alias(value, buffer);
    return buffer;
  }

  /** Lets a value lie in a buffer that is there. */
  alias(value: ValueId, buffer: BufferId): void {
    this.#values.set(value, buffer);
  }

  /** The buffer of a value that is read beside or after the calls of its kind. */
  keep(value: ValueId): BufferId {
    const buffer = this.of(value);
    const shape = this.#buffers[buffer];
    if (shape !== undefined) this.#buffers[buffer] = { ...shape, pinned: true };
    return buffer;
  }

  of(value: ValueId): BufferId {
    return this.#values.get(value) ?? missing('value', String(value));
  }

  /** Something that is made once and serves all who ask with the same key. */
  once<Made>(key: string, make: () => Made): Made {
    if (!this.#made.has(key)) this.#made.set(key, make());
    return this.#made.get(key) as Made;
  }

  /** A table that the executor writes before each step. */
  table(elements: number, describe: (buffer: BufferId) => StepTable): BufferId {
    const buffer = this.buffer({ leading: 'tokens', elements, pinned: true });
    this.#tables.push(describe(buffer));
    return buffer;
  }

  matrix(path: string): Matrix {
    return this.#weights.matrices.get(path) ?? missing('matrix', path);
  }

  /** Address of a vector or tensor by its name. */
  vector(name: string): number {
    return this.#weights.vectors.get(name) ?? missing('vector', name);
  }

  /** Address of a bias, where the weight's declaration has one; a tensor of its own may be named alike. */
  bias(path: string): number | undefined {
    return this.#biased.has(path) ? this.#weights.vectors.get(`${path}.bias`) : undefined;
  }

  rows(value: ValueId): { readonly leading: LeadingDimension } {
    return { leading: this.graph.values[value]?.leading ?? 'tokens' };
  }

  /** Whether a value is kept in bfloat16. */
  isBFloat16(value: ValueId): boolean {
    return this.graph.values[value]?.precision === 'bfloat16';
  }

  dimensions(value: ValueId): readonly number[] {
    return this.graph.values[value]?.dimensions ?? [];
  }

  elements(value: ValueId): number {
    return this.dimensions(value).reduce((product, size) => product * size, 1);
  }

  /** A value's last dimension, and how many vectors of it are in a row. */
  vectors(value: ValueId): { readonly columns: number; readonly repeat: number } {
    const columns = this.dimensions(value).at(-1) ?? 1;
    return { columns, repeat: this.elements(value) / columns };
  }

  #output(value: ValueId): ProgramOutput {
    return { buffer: this.keep(value), elements: this.elements(value) };
  }
}

/** Fails for something that a graph uses before, or without, declaring it. */
export function missing(kind: string, name: string): never {
  throw new GraphError('graph.shape-mismatch', {
    operation: 'lowering', detail: `the ${kind} "${name}"`, expected: 'declared and defined before its use', found: 'nothing',
  });
}
