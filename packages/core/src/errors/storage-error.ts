import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link StorageError}. */
export type StorageErrorCode = CodeOf<'storage'>;

/** A disk is full, or a file cannot be read or written. */
export class StorageError<Code extends StorageErrorCode = StorageErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'StorageError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
