import type { TensorInformation } from '@mlxengine/core';

/** A tensor and where its bytes are in a model's files. */
export interface LocatedTensor extends TensorInformation {
  /** File, as its source lists it. */
  readonly file: string;
  /** First byte, counted from the beginning of the file. */
  readonly byteOffset: number;
}
