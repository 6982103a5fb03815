import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { WeightSource } from '../model/weight-source.js';
import type { BackendSupports } from './backend-supports.js';
import { requireFeature } from './features.js';

/** One of the two thin matrices of an adapted weight, by the tensor that holds it. */
export interface AdapterFactor {
  /** Name in {@link AdapterSource.tensors}. */
  readonly tensor: string;
  /** Whether the tensor's last two dimensions are the other way round. */
  readonly transposed: boolean;
}

/**
 * What an adapter does to a weight W `[out, in]` of a graph, or to each matrix of a stack `[count, out, in]`:
 * it becomes `W + scale · up · down`. As `embedding` its rows, as `linear` and `expertLinear` its product change.
 */
export interface AdapterWeight {
  /** The graph's path of the weight: a `matrix`, or the `stack` of an `expertLinear`. */
  readonly path: string;
  /** `[r, in]`; of a stack `[count, r, in]`. */
  readonly down: AdapterFactor;
  /** `[out, r]`; of a stack `[count, out, r]`. */
  readonly up: AdapterFactor;
  readonly scale: number;
  /** DoRA: name of the tensor `[out]` of norms that the rows of the adapted W are brought to. Not of a stack. */
  readonly magnitude?: string;
}

/** An adapter (LoRA or DoRA), as data; a backend takes the tensors when it wants them. Shapes were checked against the graph. */
export interface AdapterSource {
  /** What to call it in messages. */
  readonly name: string;
  /** At most one for each weight of the graph. */
  readonly weights: readonly AdapterWeight[];
  readonly tensors: Pick<WeightSource, 'tensors' | 'read' | 'open' | 'location'>;
}

/** An adapter in a backend, for the model that loaded it. */
export interface LoadedAdapter {
  /** What requests name it by; never used again for another one. */
  readonly id: number;
  /** Gives its memory back once the requests that use it have ended; new ones are refused from now on. A second call does nothing. */
  unload(): Promise<void>;
}

/** How to load an adapter. */
export interface LoadAdapterOptions {
  readonly signal?: AbortSignal;
}

/** How to fuse an adapter. */
export interface FuseAdapterOptions {
  /**
   * Whether quantized weights stay dense, in the compute dtype, which keeps all of the adapter's precision and takes their memory; default
   * false: they are quantized again as they were.
   */
  readonly dequantize?: boolean;
}

/**
 * Checks the id of an adapter that a request names.
 * @param loaded - ids that may be named
 * @throws `InvalidArgumentError`
 */
export function checkAdapter(id: number | undefined, loaded: Iterable<number>): void {
  if (id === undefined) return;
  const known = [...loaded];
  if (known.includes(id)) return;
  const expected = known.length === 0 ? 'none, as the model has no adapter loaded' : `one of the loaded adapters: ${known.join(', ')}`;
  throw new InvalidArgumentError('argument.out-of-range', { name: 'adapter', found: id, expected });
}

/** What a request says of adapters. */
export interface AdapterChoice {
  readonly adapter?: number;
  readonly adapters?: readonly (number | undefined)[];
}

/**
 * Checks that a backend has adapters where a request names one.
 * @param backend - its name, for the error
 * @throws `UnsupportedFeatureError`
 */
export function checkAdapterFeature(supports: BackendSupports, backend: string, { adapter, adapters }: AdapterChoice): void {
  if (adapter !== undefined || adapters !== undefined) requireFeature(supports, backend, 'adapters', 'Leave "adapter" out, or use another backend.');
}
