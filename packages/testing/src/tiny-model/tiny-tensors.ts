import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { quantizeAffine } from './affine-quantization.js';
import { encodeFloats, type TensorWithBytes } from './dense-tensor.js';
import { randomValues } from './random.js';
import type { TinyModelShape } from './tiny-model-options.js';

/** Spread of a head's logits: large enough that greedy choices are clear and sampled ones differ. */
const headGain = 6;
const embeddingGain = 2;
const linearGain = 2.5;

/** Random weights for every declaration of a tiny graph, in the format that the shape asks for. */
export function tinyTensors(graph: ModelGraph, shape: TinyModelShape): TensorWithBytes[] {
  return graph.weights.flatMap((declaration) => [...tensorsOf(declaration, shape), ...biasOf(declaration, shape)]);
}

function tensorsOf(declaration: WeightDeclaration, shape: TinyModelShape): TensorWithBytes[] {
  const { path, kind } = declaration;
  const { dtype, quantization } = shape;
  const values = kind === 'vector' ? normValues(declaration, shape) : matrixValues(declaration, shape);
  if (kind === 'vector' || quantization === undefined) return [encodeFloats(`${path}.weight`, dtype, declaration.shape, values)];
  const [rows = 0, columns = 0] = declaration.shape;
  const { weight, scales, biases } = quantizeAffine(path, [rows, columns], values, quantization, dtype);
  return [weight, scales, biases];
}

function biasOf({ path, bias, shape: [rows = 0] }: WeightDeclaration, shape: TinyModelShape): TensorWithBytes[] {
  return bias ? [encodeFloats(`${path}.bias`, shape.dtype, [rows], randomValues(`${path}.bias`, shape.seed, rows))] : [];
}

function normValues({ path, shape: [size = 0] }: WeightDeclaration, { seed }: TinyModelShape): Float32Array {
  return randomValues(path, seed, size).map((value) => 1 + value / 2);
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
