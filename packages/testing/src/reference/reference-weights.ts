import { CheckpointError, throwIfAborted, type TensorInformation, type WeightSource } from '@mlxengine/core';
import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { dequantizeAffine } from '../tiny-model/affine-quantization.js';
import { decodeFloats, type TensorWithBytes } from '../tiny-model/dense-tensor.js';
import type { Matrix } from './matrix.js';

/** One weight in float32. */
export interface ReferenceWeight {
  /** A vector is a matrix of one row. */
  readonly matrix: Matrix;
  readonly bias: Float32Array | undefined;
}

/** How to load. */
export interface LoadWeightsOptions {
  readonly onProgress?: ((progress: { readonly loadedBytes: number; readonly totalBytes: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Reads and unpacks every weight that a graph declares. */
export async function loadReferenceWeights(
  graph: ModelGraph,
  source: WeightSource,
  { onProgress, signal }: LoadWeightsOptions,
): Promise<ReadonlyMap<string, ReferenceWeight>> {
  const reader = new TensorReader(graph, source, signal);
  const needed = graph.weights.map((declaration) => ({ declaration, names: reader.check(declaration) }));
  const totalBytes = needed.flatMap(({ names }) => names).reduce((sum, name) => sum + (source.tensors.get(name)?.byteLength ?? 0), 0);
  const weights = new Map<string, ReferenceWeight>();
  let loadedBytes = 0;
  for (const { declaration, names } of needed) {
    weights.set(declaration.path, await reader.load(declaration));
    loadedBytes += names.reduce((sum, name) => sum + (source.tensors.get(name)?.byteLength ?? 0), 0);
    onProgress?.({ loadedBytes, totalBytes });
  }
  return weights;
}

class TensorReader {
  readonly #graph: ModelGraph;
  readonly #source: WeightSource;
  readonly #signal: AbortSignal | undefined;

  constructor(graph: ModelGraph, source: WeightSource, signal: AbortSignal | undefined) {
    this.#graph = graph;
    this.#source = source;
    this.#signal = signal;
  }

  /** Names of a weight's tensors, all there and of the right shape. */
  check({ path, kind, shape, bias }: WeightDeclaration): string[] {
    const [rows = 0, columns = 0] = shape;
    const quantization = kind === 'matrix' ? this.#source.quantization(path) : undefined;
    const expected = new Map<string, readonly number[]>([[`${path}.weight`, shape]]);
    if (quantization !== undefined) {
      expected.set(`${path}.weight`, [rows, (columns * quantization.bits) / 32]);
      for (const name of ['scales', 'biases']) expected.set(`${path}.${name}`, [rows, columns / quantization.groupSize]);
    }
    if (bias) expected.set(`${path}.bias`, [rows]);
    for (const [name, dimensions] of expected) this.#checkTensor(name, dimensions);
    return [...expected.keys()];
  }

  async load({ path, kind, shape, bias }: WeightDeclaration): Promise<ReferenceWeight> {
    const quantization = kind === 'matrix' ? this.#source.quantization(path) : undefined;
    const weight = await this.#read(`${path}.weight`);
    const data = quantization === undefined
      ? decodeFloats(weight.dtype, weight.bytes)
      : dequantizeAffine({ weight, scales: await this.#read(`${path}.scales`), biases: await this.#read(`${path}.biases`) }, quantization);
    const columns = shape.at(-1) ?? 0;
    const added = bias ? await this.#read(`${path}.bias`) : undefined;
    return { matrix: { rows: data.length / columns, columns, data }, bias: added && decodeFloats(added.dtype, added.bytes) };
  }

  #checkTensor(tensor: string, expected: readonly number[]): TensorInformation {
    const found = this.#source.tensors.get(tensor);
    const { architecture } = this.#graph;
    if (found === undefined) throw new CheckpointError('checkpoint.missing-tensor', { source: 'memory', tensor, architecture });
    if (found.shape.join() !== expected.join()) {
      throw new CheckpointError('checkpoint.tensor-mismatch', { source: 'memory', tensor, found: `[${found.shape.join()}]`, expected: `[${expected.join()}]` });
    }
    return found;
  }

  async #read(name: string): Promise<TensorWithBytes> {
    throwIfAborted(this.#signal, `Reading ${name}`);
    const information = this.#source.tensors.get(name) as TensorInformation;
    const bytes = await this.#source.read(name, this.#signal === undefined ? {} : { signal: this.#signal });
    return { ...information, bytes };
  }
}
