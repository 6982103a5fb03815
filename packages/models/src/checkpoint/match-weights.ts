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
    if (weight.kind === 'tensor') {
      this.expectFloat(weight.path, weight.shape);
      return undefined;
    }
    this.require(`${weight.path}.weight`);
    const quantization = weight.kind === 'matrix' ? resolveQuantization(weight, this.context) : undefined;
    if (quantization === undefined) this.expectFloat(`${weight.path}.weight`, weight.shape);
    else for (const part of ['scales', 'biases']) this.used.add(`${weight.path}.${part}`);
    if (weight.bias) this.expectFloat(`${weight.path}.bias`, weight.shape.slice(0, Math.max(1, weight.shape.length - 1)));
    return quantization;
  }

  checkUnused(): void {
    const { source, tensors } = this.context;
    const unused = [...tensors.keys()].filter((name) => !this.used.has(name));
    if (unused[0] === undefined) return;
    const parameters = { source, count: unused.length, architecture: this.architecture, tensor: JSON.stringify(unused[0]) };
    throw new CheckpointError('checkpoint.unused-tensors', parameters);
  }

  private expectFloat(name: string, shape: readonly number[]): void {
    const tensor = this.require(name);
    const fits = isFloatDtype(tensor.dtype) && formatShape(tensor.shape) === formatShape(shape);
    if (fits) return;
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
