import { CheckpointError, UnsupportedFeatureError, type TensorDtype, type WeightSource } from '@mlxengine/core';
import { batchingLimits, cacheFormat, type BackendModel, type BatchingOptions, type CacheFormat } from '@mlxengine/core/backend';
import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import type { NativeDeviceType, NativeModelSpecification, NativeQuantization, NativeTensor } from '../abi/native-addon.js';
import { supports } from './supports.js';

/** What {@link modelSpecification} needs. */
export interface SpecificationInput {
  readonly graph: ModelGraph;
  readonly weights: WeightSource;
  readonly device: NativeDeviceType;
  readonly dtype: BackendModel['dtype'] | undefined;
  readonly batching?: BatchingOptions | undefined;
  readonly cache?: CacheFormat | undefined;
}

/**
 * What the addon is told of a model: the graph once, and of each weight its tensors and where their bytes lie.
 * @throws `CheckpointError` where a weight is missing, `UnsupportedFeatureError` for a format of tensors that MLX does not compute with
 */
export function modelSpecification({ graph, weights, device, dtype, batching, cache }: SpecificationInput): NativeModelSpecification {
  const names = new Set(graph.weights.flatMap((weight) => tensorNames(weight, weights)));
  const quantizations = graph.weights.flatMap((weight) => describeQuantization(weight, weights));
  const packed = new Set(quantizations.flatMap(({ path }) => [`${path}.weight`, `${path}.scales`]));
  const tensors = [...names].map((name) => describeTensor(name, { graph, weights, packed }));
  return {
    graph,
    device,
    dtype: dtype ?? defaultDtype(device, tensors),
    tensors,
    quantizations,
    batching: batchingLimits(batching),
    cache: cacheFormat(cache),
  };
}

function describeQuantization({ path, kind }: WeightDeclaration, weights: WeightSource): readonly NativeQuantization[] {
  const quantization = kind === 'matrix' || kind === 'stack' ? weights.quantization(path) : undefined;
  return quantization === undefined ? [] : [{ globalScale: false, ...quantization, path }];
}

function tensorNames(weight: WeightDeclaration, weights: WeightSource): readonly string[] {
  const { path, kind, bias } = weight;
  if (kind === 'tensor') return [path];
  const [quantization] = describeQuantization(weight, weights);
  return [
    `${path}.weight`,
    ...(quantization === undefined ? [] : [`${path}.scales`]),
    ...(quantization?.mode === 'affine' ? [`${path}.biases`] : []),
    ...(quantization?.globalScale === true ? [`${path}.global_scale`] : []),
    ...(bias ? [`${path}.bias`] : []),
  ];
}

interface TensorContext extends Pick<SpecificationInput, 'graph' | 'weights'> {
  /** Names of tensors that hold no plain numbers; the addon knows their formats. */
  readonly packed: ReadonlySet<string>;
}

function describeTensor(name: string, { graph, weights, packed }: TensorContext): NativeTensor {
  const tensor = weights.tensors.get(name);
  if (tensor === undefined) {
    throw new CheckpointError('checkpoint.missing-tensor', { source: 'The checkpoint', tensor: name, architecture: graph.architecture });
  }
  const { dtype, shape } = tensor;
  if (!packed.has(name) && !supports.tensorDtypes.includes(dtype)) {
    const remedy = `It loads ${supports.tensorDtypes.join(', ')}; use another checkpoint of the model.`;
    throw new UnsupportedFeatureError('feature.unsupported', { component: 'The backend mlx', feature: `tensors of ${dtype} (${name})`, remedy });
  }
  const location = weights.location(name);
  return { name, dtype, shape, ...(location && { file: location.file, byteOffset: location.byteOffset }) };
}

const computeDtypes: Partial<Record<TensorDtype, BackendModel['dtype']>> = { F16: 'float16', BF16: 'bfloat16' };

/**
 * The CPU computes in float32, because MLX's float16 there is some 25 times slower. A GPU computes in what most of the
 * checkpoint's matrices, or their scales, are in; norms are often kept in float32 beside them.
 */
function defaultDtype(device: NativeDeviceType, tensors: readonly NativeTensor[]): BackendModel['dtype'] {
  if (device === 'cpu') return 'float32';
  const counts = { float32: 0, float16: 0, bfloat16: 0 };
  for (const { dtype, shape } of tensors) {
    if (shape.length > 1 && dtype !== 'U32' && dtype !== 'U8') counts[computeDtypes[dtype as TensorDtype] ?? 'float32']++;
  }
  const [most] = Object.entries(counts).sort(([, left], [, right]) => right - left);
  return (most?.[0] ?? 'float32') as BackendModel['dtype'];
}
