import type { Quantization } from '@mlxengine/core';
import { operationInputs } from '@mlxengine/core/graph';
import type {
  BinaryOperation, GraphOperation, GraphValue, LinearOperation, ModelGraph, PositionScaleOperation, ReduceOperation, ValueId, WeightDeclaration,
} from '@mlxengine/core/graph';
import { toBfloat16 } from '../../architectures/parts/bfloat16.js';

/**
 * Marks the values that MLX keeps in bfloat16 in a float32 model: an embedding of quantized floats gives bfloat16, which lasts
 * until a float32 weight comes in. Without that a model whose first linears read the embedding itself (OLMo 2) differs from
 * mlx-lm's by a hundredth.
 * @param quantizations - by weight path
 */
export function markBFloat16(graph: ModelGraph, quantizations: ReadonlyMap<string, Quantization>): ModelGraph {
  const isFloatMode = (path: string): boolean => (quantizations.get(path)?.mode ?? 'affine') !== 'affine';
  const embeds = graph.operations.some((operation) => operation.type === 'embedding' && isFloatMode(operation.weight));
  return embeds ? new Marking(graph, isFloatMode).run() : graph;
}

class Marking {
  readonly #graph: ModelGraph;
  readonly #isFloatMode: (path: string) => boolean;
  readonly #values: GraphValue[];
  readonly #weights: Map<string, WeightDeclaration>;
  readonly #operations: GraphOperation[] = [];
  /** What goes through a softcap's tanh was divided by the cap, which is no factor that is rounded. */
  readonly #capped: ReadonlySet<ValueId>;
  /** Right factors of products of activations, by product. */
  readonly #factors: ReadonlyMap<ValueId, ValueId>;

  constructor(graph: ModelGraph, isFloatMode: (path: string) => boolean) {
    this.#graph = graph;
    this.#isFloatMode = isFloatMode;
    this.#values = [...graph.values];
    this.#weights = new Map(graph.weights.map((weight) => [weight.path, weight]));
    this.#capped = new Set(graph.operations.flatMap((operation) => (operation.type === 'unary' && operation.function === 'tanh' ? [operation.input] : [])));
    this.#factors = new Map(graph.operations.flatMap((operation) => (operation.type === 'matmul' ? [[operation.output, operation.right] as const] : [])));
  }

  run(): ModelGraph {
    for (const operation of this.#graph.operations) this.#add(operation);
    return { ...this.#graph, values: this.#values, operations: this.#operations, weights: [...this.#weights.values()] };
  }

  #add(operation: GraphOperation): void {
    if (operation.type === 'linear' && this.#weights.get(operation.weight)?.bias === true && this.#keeps(operation)) return this.#addBiased(operation);
    if (operation.type === 'positionScale') return this.#addPositionScale(operation);
    if (operation.type === 'reduce' && operation.function === 'mean' && this.#keeps(operation)) return this.#addMean(operation);
    if (operation.type === 'binary' && this.#isPrediction(operation)) return this.#addPrediction(operation);
    if (this.#keeps(operation)) this.#mark(operation.output);
    this.#operations.push(this.#isMarked(operation.output) ? this.#withRoundedNumbers(operation) : operation);
  }

  /** The product is bfloat16, and adding the float32 bias is not. */
  #addBiased({ weight, ...operation }: LinearOperation): void {
    const declaration = this.#weights.get(weight) as WeightDeclaration;
    const path = `${weight}.bias`;
    const [dimension = 0] = declaration.shape;
    this.#weights.set(weight, { ...declaration, bias: false });
    this.#weights.set(path, { path, kind: 'tensor', shape: [dimension], bias: false });
    const left = this.#copy(operation.output);
    this.#mark(left);
    const right = this.#value({ leading: 'none', dimensions: [dimension], dtype: 'float' });
    this.#operations.push(
      { ...operation, weight, output: left },
      { type: 'parameter', weight: path, output: right },
      { type: 'binary', function: 'add', left, right, output: operation.output },
    );
  }

  /** mlx-lm gives the factors the embedding's dtype, whatever they are multiplied with. */
  #addPositionScale({ input, output, ...operation }: PositionScaleOperation): void {
    const { dimensions } = this.#graph.values[input] as GraphValue;
    const last = dimensions.length - 1;
    const [element, one, factors] = [this.#narrow(input), this.#narrow(input), this.#narrow(input)];
    this.#mark(factors);
    this.#operations.push(
      { type: 'slice', input, axis: last, start: 0, end: 1, step: 1, output: element },
      { type: 'scale', input: element, factor: 0, offset: 1, output: one },
      { ...operation, input: one, output: factors },
      { type: 'binary', function: 'multiply', left: input, right: factors, output },
    );
    if (this.#isMarked(input)) for (const id of [element, output]) this.#mark(id);
  }

  /** A sum that is rounded, by the number of elements as it is in bfloat16. */
  #addMean({ input, output }: ReduceOperation): void {
    const sum = this.#copy(output);
    for (const id of [sum, output]) this.#mark(id);
    const size = this.#graph.values[input]?.dimensions.at(-1) ?? 1;
    this.#operations.push(
      { type: 'reduce', function: 'sum', input, output: sum },
      { type: 'scale', input: sum, factor: toBfloat16(1 / size), offset: 0, output },
    );
  }

  /** What Gemma 3n predicts of its streams, `M x + x`, is computed in float32 and gets their dtype. */
  #isPrediction({ function: name, left, right }: BinaryOperation): boolean {
    return name === 'add' && this.#factors.get(left) === right && this.#isMarked(right) && !this.#isMarked(left);
  }

  #addPrediction(operation: BinaryOperation): void {
    const input = this.#copy(operation.output);
    this.#mark(operation.output);
    this.#operations.push({ ...operation, output: input }, { type: 'scale', input, factor: 1, offset: 0, output: operation.output });
  }

  /** Whether all that an operation computes with is bfloat16. */
  #keeps(operation: GraphOperation): boolean {
    if (operation.type === 'embedding') return this.#isFloatMode(operation.weight);
    const inputs = operationInputs(operation);
    if (inputs.length === 0 || !inputs.every((id) => this.#isMarked(id))) return false;
    switch (operation.type) {
      case 'linear': return this.#isFloatMode(operation.weight);
      case 'rmsNorm': case 'layerNorm': return operation.weight === undefined;
      case 'attention': return operation.sinks === undefined;
      case 'reduce': return operation.function !== 'deviation';
      case 'rope': case 'unary': case 'binary': case 'scale': case 'clip': case 'gated': case 'l2Norm':
      case 'reshape': case 'slice': case 'concat': case 'transpose': case 'broadcast': case 'selectRows': return true;
      // The others bring float32 of their own, or meet no model that is kept so.
      default: return false;
    }
  }

  /** Numbers beside an array take its dtype. */
  #withRoundedNumbers(operation: GraphOperation): GraphOperation {
    if (operation.type === 'clip') {
      const { minimum, maximum } = operation;
      return { ...operation, ...(minimum !== undefined && { minimum: toBfloat16(minimum) }), ...(maximum !== undefined && { maximum: toBfloat16(maximum) }) };
    }
    if (operation.type !== 'scale' || this.#capped.has(operation.output)) return operation;
    return { ...operation, factor: toBfloat16(operation.factor), offset: toBfloat16(operation.offset) };
  }

  #isMarked(id: ValueId): boolean {
    return this.#values[id]?.precision === 'bfloat16';
  }

  #mark(id: ValueId): void {
    this.#values[id] = { ...(this.#values[id] as GraphValue), precision: 'bfloat16' };
  }

  #copy(id: ValueId): ValueId {
    return this.#value(this.#graph.values[id] as GraphValue);
  }

  /** A value like another with 1 for the last dimension. */
  #narrow(id: ValueId): ValueId {
    const value = this.#graph.values[id] as GraphValue;
    return this.#value({ ...value, dimensions: [...value.dimensions.slice(0, -1), 1] });
  }

  #value(value: GraphValue): ValueId {
    return this.#values.push(value) - 1;
  }
}
