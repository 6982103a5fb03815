import type { Quantization } from '@mlxengine/core';
import type { BackendSupports } from '@mlxengine/core/backend';
import type { ModelGraph, ValueId, WeightDeclaration } from '@mlxengine/core/graph';
import { GraphDraft } from '../../graph-draft/graph-draft.js';
import type { FloatDtype, TensorWithBytes } from '../../tiny-model/dense-tensor.js';
import { createMemoryWeights } from '../../tiny-model/memory-weights.js';
import { randomValues } from '../../tiny-model/random.js';
import { randomTensors } from '../../tiny-model/tiny-tensors.js';
import type { TinyModel } from '../../tiny-model/create-tiny-model.js';

/** Ids of every operation graph are below it. */
export const vocabularySize = 96;
/** Tokens of context of every operation graph. */
export const contextLength = 256;
/** Numbers a token at first. */
export const hiddenSize = 32;

const headGain = 6;
const gain = 1.7;

/** One setting of an operation, put between an embedding and a head. */
export interface OperationVariant {
  /** What the setting is, for messages. */
  readonly name: string;
  readonly graph: ModelGraph;
  readonly quantization?: Quantization;
  /** Kinds of weights that are quantized; default: all that can be. */
  readonly quantizedPaths?: readonly string[];
  /** Values of tensors in place of random ones between -1 and 1. */
  readonly values?: Readonly<Record<string, readonly number[]>>;
  readonly dtype?: FloatDtype;
}

/** Settings of operations that one test tries. */
export interface OperationSubject {
  /** Follows `operations: `. */
  readonly name: string;
  readonly variants: readonly OperationVariant[];
}

/** What a variant is made of beside its graph. */
export type VariantOptions = Omit<OperationVariant, 'name' | 'graph'>;

/** A graph that generates: what `build` makes of the embedded tokens goes to the head. */
export function variant(name: string, build: (draft: GraphDraft, hidden: ValueId) => ValueId, options: VariantOptions = {}): OperationVariant {
  const draft = new GraphDraft();
  const hidden = draft.embedding(draft.tokens(), 'embed', [vocabularySize, options.quantization === undefined ? hiddenSize : 2 * hiddenSize]);
  const built = draft.flatten(build(draft, hidden));
  const rows = draft.leadingOf(built) === 'rows' ? built : draft.selectRows(built);
  const logits = draft.linear('head', rows, vocabularySize);
  return { name, graph: draft.finish({ architecture: 'operation', outputs: { logits }, vocabularySize, contextLength }), ...options };
}

/** The variant with its weights. */
export function createVariantModel({ graph, quantization, quantizedPaths, values = {}, dtype = 'F32' }: OperationVariant): TinyModel {
  const quantized = (path: string): boolean => quantizedPaths?.includes(path) ?? true;
  const tensors: TensorWithBytes[] = randomTensors(graph, {
    dtype,
    seed: 1,
    quantization: ({ path, shape }) => (quantization !== undefined && quantized(path) && (shape.at(-1) ?? 0) % quantization.groupSize === 0 ? quantization : undefined),
    values: (declaration, count) => Float32Array.from(values[declaration.path] ?? variantValues(declaration, count)),
  });
  return { graph, weights: createMemoryWeights(tensors, quantization) };
}

/** What a backend does not list that a variant needs. */
export function missingOf({ graph, quantization, dtype = 'F32' }: OperationVariant, supports: BackendSupports): string | undefined {
  const operation = graph.operations.find(({ type }) => !supports.operations.includes(type));
  if (operation !== undefined) return `supports.operations has no ${operation.type}`;
  if (!supports.tensorDtypes.includes(dtype)) return `supports.tensorDtypes has no ${dtype}`;
  if (quantization === undefined) return undefined;
  const { mode, bits, groupSize } = quantization;
  if (mode !== 'affine') return supports.floatModes.includes(mode) ? undefined : `supports.floatModes has no ${mode}`;
  return supports.affineBits.includes(bits) && supports.affineGroupSizes.includes(groupSize) ? undefined : `supports lists no ${bits} bits in groups of ${groupSize}`;
}

/** A quantization in words. */
export function quantizationName({ mode, bits, groupSize, globalScale }: Quantization): string {
  if (mode === 'affine') return `${bits} bits by ${groupSize}`;
  return globalScale === true ? `${mode} with a global scale` : mode;
}

function variantValues({ path, kind, shape }: WeightDeclaration, count: number): Float32Array {
  const values = randomValues(path, 1, count);
  if (kind === 'vector') return values.map((value) => 1 + value / 2);
  if (kind === 'tensor') return values;
  const factor = path === 'embed' ? 2 : (path === 'head' ? headGain : gain) / Math.sqrt(shape.at(-1) ?? 1);
  return values.map((value) => value * factor);
}
