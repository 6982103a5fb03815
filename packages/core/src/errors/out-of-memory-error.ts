import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link OutOfMemoryError}. */
export type OutOfMemoryErrorCode = CodeOf<'memory'>;

/** Memory is or would be exhausted. */
export class OutOfMemoryError<Code extends OutOfMemoryErrorCode = OutOfMemoryErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'OutOfMemoryError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
