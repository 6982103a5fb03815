import type { Quantization } from './quantization.js';

/** Element types of tensors in a checkpoint, by their safetensors names. */
export type TensorDtype =
  | 'F64' | 'F32' | 'F16' | 'BF16'
  | 'I64' | 'I32' | 'I16' | 'I8'
  | 'U64' | 'U32' | 'U16' | 'U8'
  | 'F8_E4M3' | 'F8_E5M2' | 'F8_E8M0'
  | 'BOOL';

/** Header of one tensor. */
export interface TensorInformation {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly byteLength: number;
}

/** Where a tensor's bytes lie on a local disk, as they are, so that a native backend can read them without JavaScript. */
export interface TensorLocation {
  readonly file: string;
  readonly byteOffset: number;
}

/** How to read a tensor's bytes. */
export interface ReadTensorOptions {
  /** Memory to read into, exactly `byteLength` long; default: newly allocated. */
  readonly into?: Uint8Array;
  readonly signal?: AbortSignal;
}

/** One tensor's bytes from first to last, in parts of whatever length. */
export interface TensorStream {
  /**
   * Fills memory with the bytes that follow, whole elements.
   * @throws `CheckpointError` where they cannot be had
   */
  read(into: Uint8Array): Promise<void>;
}

/**
 * The weights of one model under the names its graph uses (after the family's rewrites), as data:
 * a backend takes each tensor when it wants it, so that no second copy is ever needed.
 *
 * A weight path `p` has the tensors `p.weight` and, where {@link WeightSource.quantization} says so, `p.scales` and
 * `p.biases` (affine) or
 * `p.global_scale`; a bias is `p.bias`. The path of a declared `tensor` is its name.
 */
export interface WeightSource {
  /** Every tensor by name, in the order of their bytes where there is one: reading in this order is cheapest. */
  readonly tensors: ReadonlyMap<string, TensorInformation>;
  /** Quantization of the weight at a path; `undefined` for a dense one. Already checked against the tensors' shapes. */
  quantization(path: string): Quantization | undefined;
  /**
   * Bytes of one tensor, little-endian, row-major.
   * @throws `CheckpointError` where there is no such tensor or its bytes cannot be had.
   */
  read(name: string, options?: ReadTensorOptions): Promise<Uint8Array>;
  /**
   * The same bytes part by part, for a backend whose memory the source cannot write to: neither of them then holds a whole
   * large tensor beside the model. Absent where tensors are in memory anyway.
   * @throws `CheckpointError` where there is no such tensor
   */
  open?(name: string, options?: Pick<ReadTensorOptions, 'signal'>): TensorStream;
  /** Where the bytes lie on disk; `undefined` where they are made on reading or do not lie in a local file. */
  location(name: string): TensorLocation | undefined;
}
