import { GraphError } from '@mlxengine/core';
import type {
  AddOperation,
  AttentionOperation,
  EmbeddingOperation,
  GatedOperation,
  GraphOperation,
  LinearOperation,
  ModelGraph,
  RmsNormOperation,
  RopeOperation,
  SelectRowsOperation,
  ValueId,
} from '@mlxengine/core/graph';
import type { BufferId, KernelCall, KVLayout, Leading } from './kernel-call.js';
import { type AffineMatrix, type Matrix, paddedGroups } from './matrix.js';
import type { BufferShape, Program, RopeTable } from './program.js';
import { layOutStates, type StateLayout } from './state-layout.js';
import type { WeightPlan } from './plan-weights.js';

// Outputs whose scales a kernel converts at a time; the same as in `assembly/affine-scales.ts`.
const tileOutputs = 8;

/** Makes a graph into kernel calls: the only place that knows both. */
export function lowerGraph(graph: ModelGraph, weights: WeightPlan): Program {
  const lowering = new Lowering(graph, weights);
  for (const operation of graph.operations) lowering.add(operation);
  return lowering.finish();
}

class Lowering {
  readonly #graph: ModelGraph;
  readonly #weights: WeightPlan;
  readonly #states: StateLayout;
  readonly #buffers: BufferShape[] = [];
  readonly #calls: KernelCall[] = [];
  readonly #values = new Map<ValueId, BufferId>();
  readonly #prepared = new Map<string, { readonly output: BufferId; readonly sums: BufferId }>();
  readonly #ropeTables = new Map<string, RopeTable>();
  readonly #ids: BufferId;
  readonly #rowIndices: BufferId;
  readonly #scratch: BufferId;
  readonly #scores: BufferId;

  constructor(graph: ModelGraph, weights: WeightPlan) {
    this.#graph = graph;
    this.#weights = weights;
    this.#states = layOutStates(graph.states);
    this.#ids = this.#buffer({ leading: 'tokens', elements: 1, pinned: true });
    this.#rowIndices = this.#buffer({ leading: 'rows', elements: 1, pinned: true });
    const affine = [...weights.matrices.values()].filter((matrix) => matrix.format === 'affine');
    const groups = Math.max(0, ...affine.map(paddedGroups));
    this.#scratch = this.#buffer({ leading: 'fixed', elements: 2 * tileOutputs * groups, pinned: true });
    this.#scores = this.#buffer({ leading: 'fixed', elements: Math.ceil(graph.contextLength / 16) * 16 + 16, pinned: true });
  }

  add(operation: GraphOperation): void {
    switch (operation.type) {
      case 'tokens': this.#values.set(operation.output, this.#ids); break;
      case 'reshape': this.#values.set(operation.output, this.#of(operation.input)); break;
      case 'embedding': this.#embedding(operation); break;
      case 'linear': this.#linear(operation); break;
      case 'rmsNorm': this.#rmsNorm(operation); break;
      case 'rope': this.#rope(operation); break;
      case 'attention': this.#attention(operation); break;
      case 'gated': this.#gated(operation); break;
      case 'add': this.#add(operation); break;
      case 'selectRows': this.#selectRows(operation); break;
    }
  }

  finish(): Program {
    const logits = this.#keep(this.#graph.outputs.logits);
    return {
      tokenCalls: this.#calls.filter(({ leading }) => leading === 'tokens'),
      rowCalls: this.#calls.filter(({ leading }) => leading === 'rows'),
      buffers: this.#buffers,
      ids: this.#ids,
      rowIndices: this.#rowIndices,
      logits,
      ropeTables: [...this.#ropeTables.values()],
      blockBytes: this.#states.blockBytes,
      vocabularySize: this.#graph.vocabularySize,
      contextLength: this.#graph.contextLength,
    };
  }

  #embedding({ input, weight, output }: EmbeddingOperation): void {
    const ids = this.#of(input);
    this.#calls.push({ kernel: 'embedding', ...this.#rows(output), ids, matrix: this.#matrix(weight), output: this.#define(output) });
  }

  #rmsNorm({ input, weight, epsilon, output }: RmsNormOperation): void {
    const columns = this.#dimensions(output).at(-1) ?? 1;
    const repeat = this.#elements(output) / columns;
    const vector = this.#vector(`${weight}.weight`);
    this.#calls.push({
      kernel: 'rmsNorm', ...this.#rows(output), input: this.#of(input), weight: vector, columns, repeat, epsilon, output: this.#define(output),
    });
  }

  #gated({ gate, up, output }: GatedOperation): void {
    const elements = this.#elements(output);
    this.#calls.push({
      kernel: 'gatedSilu', ...this.#rows(output), gate: this.#of(gate), up: this.#of(up), elements, output: this.#define(output),
    });
  }

  #add({ left, right, output }: AddOperation): void {
    const elements = this.#elements(output);
    this.#calls.push({
      kernel: 'add', ...this.#rows(output), left: this.#of(left), right: this.#of(right), elements, output: this.#define(output),
    });
  }

  #selectRows({ input, output }: SelectRowsOperation): void {
    const columns = this.#elements(output);
    this.#calls.push({
      kernel: 'selectRows', ...this.#rows(output), input: this.#keep(input), indices: this.#rowIndices, columns, output: this.#define(output),
    });
  }

  #linear({ input, weight, output }: LinearOperation): void {
    const matrix = this.#matrix(weight);
    const rows = this.#rows(output);
    const target = this.#define(output);
    if (matrix.format === 'dense') {
      this.#calls.push({ kernel: 'dense', ...rows, input: this.#of(input), matrix, output: target });
    } else {
      const prepared = this.#prepare(input, matrix);
      this.#calls.push({ kernel: 'affine', ...rows, input: prepared.output, sums: prepared.sums, matrix, scratch: this.#scratch, output: target });
    }
    const bias = this.#weights.vectors.get(`${weight}.bias`);
    if (bias !== undefined) this.#calls.push({ kernel: 'addBias', ...rows, output: target, columns: matrix.outputs, bias });
  }

  /** One preparation serves all linears of one input and format, such as q, k and v. */
  #prepare(input: ValueId, matrix: AffineMatrix): { readonly output: BufferId; readonly sums: BufferId } {
    const { bits, groupSize, columns } = matrix;
    const source = this.#of(input);
    const key = `${source}/${bits}/${groupSize}`;
    const known = this.#prepared.get(key);
    if (known !== undefined) return known;
    const { leading } = this.#rows(input);
    const output = this.#buffer({ leading, elements: columns, pinned: false });
    const sums = this.#buffer({ leading, elements: paddedGroups(matrix), pinned: false });
    this.#calls.push({ kernel: 'prepare', leading, input: source, bits, groupSize, columns, output, sums });
    this.#prepared.set(key, { output, sums });
    return { output, sums };
  }

  #rope(operation: RopeOperation): void {
    const [heads = 1, dimensions = 1] = this.#dimensions(operation.output);
    const { inverseFrequencies, amplitude, rotaryDimensions, traditional } = operation;
    const key = JSON.stringify([inverseFrequencies, amplitude]);
    let table = this.#ropeTables.get(key);
    if (table === undefined) {
      table = { buffer: this.#buffer({ leading: 'tokens', elements: rotaryDimensions, pinned: true }), inverseFrequencies, amplitude };
      this.#ropeTables.set(key, table);
    }
    this.#calls.push({
      kernel: 'rope', ...this.#rows(operation.output), input: this.#of(operation.input), heads, dimensions, rotaryDimensions, traditional,
      table: table.buffer, output: this.#define(operation.output),
    });
  }

  #attention(operation: AttentionOperation): void {
    const [heads = 1] = this.#dimensions(operation.queries);
    this.#calls.push({
      kernel: 'attention', ...this.#rows(operation.output), queries: this.#of(operation.queries), keys: this.#of(operation.keys),
      values: this.#of(operation.values), heads, scale: operation.scale, state: this.#state(operation.state), scores: this.#scores,
      output: this.#define(operation.output),
    });
  }

  #buffer(shape: BufferShape): BufferId {
    return this.#buffers.push(shape) - 1;
  }

  #define(value: ValueId): BufferId {
    const buffer = this.#buffer({ ...this.#rows(value), elements: this.#elements(value), pinned: false });
    this.#values.set(value, buffer);
    return buffer;
  }

  /** The buffer of a value that is read after or again and again beside the calls of its kind. */
  #keep(value: ValueId): BufferId {
    const buffer = this.#of(value);
    const shape = this.#buffers[buffer];
    if (shape !== undefined) this.#buffers[buffer] = { ...shape, pinned: true };
    return buffer;
  }

  #of(value: ValueId): BufferId {
    const buffer = this.#values.get(value);
    if (buffer === undefined) throw missing('value', String(value));
    return buffer;
  }

  #matrix(path: string): Matrix {
    const matrix = this.#weights.matrices.get(path);
    if (matrix === undefined) throw missing('matrix', path);
    return matrix;
  }

  #vector(name: string): number {
    const address = this.#weights.vectors.get(name);
    if (address === undefined) throw missing('vector', name);
    return address;
  }

  #state(name: string): KVLayout {
    const state = this.#states.states.get(name);
    if (state === undefined) throw missing('state', name);
    return state;
  }

  #rows(value: ValueId): { readonly leading: Leading } {
    return { leading: this.#graph.values[value]?.leading ?? 'tokens' };
  }

  #dimensions(value: ValueId): readonly number[] {
    return this.#graph.values[value]?.dimensions ?? [];
  }

  #elements(value: ValueId): number {
    return this.#dimensions(value).reduce((product, size) => product * size, 1);
  }
}

function missing(kind: string, name: string): GraphError {
  return new GraphError('graph.shape-mismatch', {
    operation: 'lowering', detail: `the ${kind} "${name}"`, expected: 'declared and defined before its use', found: 'nothing',
  });
}
