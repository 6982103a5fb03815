import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link ContextLengthError}. */
export type ContextLengthErrorCode = CodeOf<'context'>;

/** A prompt does not fit into the model's context. */
export class ContextLengthError<Code extends ContextLengthErrorCode = ContextLengthErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'ContextLengthError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
