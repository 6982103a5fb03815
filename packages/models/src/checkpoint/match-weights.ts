import { CheckpointError } from '@mlxengine/core';
import type { Quantization, TensorInformation } from '@mlxengine/core';
import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { formatShape, isFloatDtype } from '../tensors/dtype.js';
import { describeTensor, resolveQuantization } from './resolve-quantization.js';
import type { ResolutionContext } from './resolve-quantization.js';

/**
 * Checks that a graph and a checkpoint belong together: every weight that the graph names is there with the right shape,
 * and nothing else is (a bias that the config denies would otherwise be ignored in silence).
 * @returns the quantization of each quantized weight, by path
 * @throws `CheckpointError` that names the tensor, `UnsupportedFeatureError`
 */
export function matchWeights(graph: ModelGraph, context: ResolutionContext): ReadonlyMap<string, Quantization> {
  const matcher = new WeightMatcher(graph.architecture, context);
  const quantizations = new Map<string, Quantization>();
  for (const weight of graph.weights) {
    const quantization = matcher.match(weight);
    if (quantization !== undefined) quantizations.set(weight.path, quantization);
  }
  matcher.checkUnused();
  return quantizations;
}

class WeightMatcher {
  private readonly architecture: string;
  private readonly context: ResolutionContext;
  private readonly used = new Set<string>();

  constructor(architecture: string, context: ResolutionContext) {
    this.architecture = architecture;
    this.context = context;
  }

  match(weight: WeightDeclaration): Quantization | undefined {
    const { path, kind, shape } = weight;
    if (kind === 'tensor') return this.expectFloat(path, shape);
    this.require(`${path}.weight`);
    if (weight.bias) this.expectFloat(`${path}.bias`, kind === 'vector' ? shape : shape.slice(0, -1));
    const resolved = kind === 'vector' ? undefined : resolveQuantization(weight, this.context);
    if (resolved === undefined) return this.expectFloat(`${path}.weight`, shape);
    for (const part of resolved.parts) this.used.add(`${path}.${part}`);
    return resolved.quantization;
  }

  checkUnused(): void {
    const { source, tensors } = this.context;
    const unused = [...tensors.keys()].filter((name) => !this.used.has(name));
    if (unused[0] === undefined) return;
    const parameters = { source, count: unused.length, architecture: this.architecture, tensor: JSON.stringify(unused[0]) };
    throw new CheckpointError('checkpoint.unused-tensors', parameters);
  }

  private expectFloat(name: string, shape: readonly number[]): undefined {
    const tensor = this.require(name);
    const fits = isFloatDtype(tensor.dtype) && formatShape(tensor.shape) === formatShape(shape);
    if (fits) return undefined;
    const expected = `F32 | F16 | BF16 ${formatShape(shape)}`;
    throw new CheckpointError('checkpoint.tensor-mismatch', { tensor: name, source: this.context.source, found: describeTensor(tensor), expected });
  }

  private require(name: string): TensorInformation {
    const { source, tensors } = this.context;
    const tensor = tensors.get(name);
    if (tensor === undefined) throw new CheckpointError('checkpoint.missing-tensor', { source, tensor: name, architecture: this.architecture });
    this.used.add(name);
    return tensor;
  }
}
