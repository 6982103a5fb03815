import type { Quantization } from '@mlxengine/core';
import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { quantizeAffine } from './affine-quantization.js';
import { encodeFloats, type FloatDtype, type TensorWithBytes } from './dense-tensor.js';
import { quantizeFloats } from './float-quantization.js';
import { randomValues } from './random.js';
import type { TinyModelShape } from './tiny-model-options.js';

/** Spread of a head's logits: large enough that greedy choices are clear and sampled ones differ. */
const headGain = 6;
const embeddingGain = 2;
const linearGain = 2.5;

/** Formats and values of {@link randomTensors}. */
export interface RandomTensorOptions {
  /** Of dense tensors, scales and biases. */
  readonly dtype: FloatDtype;
  /** Of a matrix or stack; `undefined`: dense. */
  readonly quantization: (declaration: WeightDeclaration) => Quantization | undefined;
  /** Values of a weight. */
  readonly values: (declaration: WeightDeclaration, count: number) => Float32Array;
  readonly seed: number;
}

/** Random weights for every declaration of a tiny graph, in the format that the shape asks for. */
export function tinyTensors(graph: ModelGraph, shape: TinyModelShape): TensorWithBytes[] {
  const { dtype, seed, quantization } = shape;
  return randomTensors(graph, { dtype, seed, quantization: () => quantization, values: (declaration) => tinyValues(declaration, shape) });
}

/** The tensors of every weight that a graph declares. */
export function randomTensors({ weights }: ModelGraph, options: RandomTensorOptions): TensorWithBytes[] {
  return weights.flatMap((declaration) => [...tensorsOf(declaration, options), ...biasOf(declaration, options)]);
}

function tensorsOf(declaration: WeightDeclaration, { dtype, values, ...options }: RandomTensorOptions): readonly TensorWithBytes[] {
  const { path, kind, shape } = declaration;
  const numbers = values(declaration, shape.reduce((a, b) => a * b, 1));
  const quantization = kind === 'matrix' || kind === 'stack' ? options.quantization(declaration) : undefined;
  if (quantization === undefined) return [encodeFloats(kind === 'tensor' ? path : `${path}.weight`, dtype, shape, numbers)];
  if (quantization.mode === 'affine') return Object.values(quantizeAffine(path, shape, numbers, quantization, dtype)) as TensorWithBytes[];
  return Object.values(quantizeFloats(path, shape, numbers, quantization)) as TensorWithBytes[];
}

function biasOf({ path, kind, bias, shape }: WeightDeclaration, { dtype, seed }: RandomTensorOptions): TensorWithBytes[] {
  const dimensions = kind === 'vector' ? shape : shape.slice(0, -1);
  const count = dimensions.reduce((a, b) => a * b, 1);
  return bias ? [encodeFloats(`${path}.bias`, dtype, dimensions, randomValues(`${path}.bias`, seed, count))] : [];
}

function tinyValues(declaration: WeightDeclaration, shape: TinyModelShape): Float32Array {
  const { path, kind, shape: [size = 0] } = declaration;
  return kind === 'vector' ? randomValues(path, shape.seed, size).map((value) => 1 + value / 2) : matrixValues(declaration, shape);
}

function matrixValues({ path, shape: [rows = 0, columns = 0] }: WeightDeclaration, shape: TinyModelShape): Float32Array {
  const gain = path === 'model.embed_tokens' && !shape.tiedEmbedding ? embeddingGain : gainOf(path) / Math.sqrt(columns);
  const values = randomValues(path, shape.seed, rows * columns).map((value) => value * gain);
  if (path === 'lm_head') for (const token of shape.silentTokens) values.fill(0, token * columns, (token + 1) * columns);
  return values;
}

function gainOf(path: string): number {
  return path === 'lm_head' || path === 'model.embed_tokens' ? headGain : linearGain;
}
