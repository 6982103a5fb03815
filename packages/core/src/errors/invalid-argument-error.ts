import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link InvalidArgumentError}. */
export type InvalidArgumentErrorCode = CodeOf<'argument'>;

/** An argument is of the wrong type or out of range. */
export class InvalidArgumentError<Code extends InvalidArgumentErrorCode = InvalidArgumentErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'InvalidArgumentError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
