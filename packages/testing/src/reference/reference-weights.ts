import { CheckpointError, throwIfAborted, type Quantization, type TensorInformation, type WeightSource } from '@mlxengine/core';
import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { dequantizeAffine } from '../tiny-model/affine-quantization.js';
import { decodeFloats, type TensorWithBytes } from '../tiny-model/dense-tensor.js';
import { dequantizeFloats, groupedFloats, type GroupedFloats } from '../tiny-model/float-quantization.js';

/** One weight in float32. */
export interface ReferenceWeight {
  /** As declared. */
  readonly shape: readonly number[];
  readonly data: Float32Array;
  readonly bias?: Float32Array;
  /** Of quantized floats, where a value in bfloat16 is made with them. */
  readonly floats?: GroupedFloats;
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
  /** Weights of linears whose outputs are in bfloat16. */
  readonly #rounded: ReadonlySet<string>;

  constructor(graph: ModelGraph, source: WeightSource, signal: AbortSignal | undefined) {
    this.#graph = graph;
    this.#source = source;
    this.#signal = signal;
    this.#rounded = new Set(graph.operations.flatMap((operation) =>
      operation.type === 'linear' && graph.values[operation.output]?.precision === 'bfloat16' ? [operation.weight] : []));
  }

  /** Names of a weight's tensors, all there and of the right shape. */
  check(declaration: WeightDeclaration): string[] {
    const expected = expectedTensors(declaration, this.#quantization(declaration));
    for (const [name, shape] of expected) this.#checkTensor(name, shape);
    return [...expected.keys()];
  }

  async load(declaration: WeightDeclaration): Promise<ReferenceWeight> {
    const { path, kind, shape, bias } = declaration;
    const quantization = this.#quantization(declaration);
    const unpacked = quantization === undefined
      ? { data: await this.#floats(kind === 'tensor' ? path : `${path}.weight`) }
      : await this.#unpack(path, quantization);
    return { shape, ...unpacked, ...(bias && { bias: await this.#floats(`${path}.bias`) }) };
  }

  #quantization({ path, kind }: WeightDeclaration): Quantization | undefined {
    return kind === 'matrix' || kind === 'stack' ? this.#source.quantization(path) : undefined;
  }

  async #unpack(path: string, quantization: Quantization): Promise<Pick<ReferenceWeight, 'data' | 'floats'>> {
    const [weight, scales] = [await this.#read(`${path}.weight`), await this.#read(`${path}.scales`)];
    if (quantization.mode === 'affine') return { data: dequantizeAffine({ weight, scales, biases: await this.#read(`${path}.biases`) }, quantization) };
    const globalScales = quantization.globalScale === true ? await this.#floats(`${path}.global_scale`) : undefined;
    const bytes = { weight: weight.bytes, scales: scales.bytes, globalScales };
    const data = dequantizeFloats(bytes, quantization);
    return this.#rounded.has(path) ? { data, floats: groupedFloats(bytes, quantization) } : { data };
  }

  #checkTensor(tensor: string, expected: readonly number[]): void {
    const found = this.#source.tensors.get(tensor);
    const { architecture } = this.#graph;
    if (found === undefined) throw new CheckpointError('checkpoint.missing-tensor', { source: 'memory', tensor, architecture });
    if (found.shape.join() !== expected.join()) {
      throw new CheckpointError('checkpoint.tensor-mismatch', { source: 'memory', tensor, found: `[${found.shape.join()}]`, expected: `[${expected.join()}]` });
    }
  }

  async #floats(name: string): Promise<Float32Array> {
    const { dtype, bytes } = await this.#read(name);
    return decodeFloats(dtype, bytes);
  }

  async #read(name: string): Promise<TensorWithBytes> {
    throwIfAborted(this.#signal, `Reading ${name}`);
    const information = this.#source.tensors.get(name) as TensorInformation;
    const bytes = await this.#source.read(name, this.#signal === undefined ? {} : { signal: this.#signal });
    return { ...information, bytes };
  }
}

/** Names and shapes of a weight's tensors. */
function expectedTensors({ path, kind, shape, bias }: WeightDeclaration, quantization: Quantization | undefined): Map<string, readonly number[]> {
  const outer = shape.slice(0, -1);
  const columns = shape.at(-1) ?? 0;
  const expected = new Map<string, readonly number[]>([[kind === 'tensor' ? path : `${path}.weight`, shape]]);
  if (quantization !== undefined) {
    const { mode, bits, groupSize, globalScale } = quantization;
    expected.set(`${path}.weight`, [...outer, (columns * bits) / 32]);
    for (const name of mode === 'affine' ? ['scales', 'biases'] : ['scales']) expected.set(`${path}.${name}`, [...outer, columns / groupSize]);
    if (globalScale === true) expected.set(`${path}.global_scale`, kind === 'stack' ? shape.slice(0, 1) : []);
  }
  // A norm's bias is as long as its weight.
  if (bias) expected.set(`${path}.bias`, kind === 'vector' ? shape : outer);
  return expected;
}
