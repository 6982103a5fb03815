import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link UnsupportedArchitectureError}. */
export type UnsupportedArchitectureErrorCode = CodeOf<'architecture'>;

/** The `model_type` is none that is supported. */
export class UnsupportedArchitectureError<Code extends UnsupportedArchitectureErrorCode = UnsupportedArchitectureErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'UnsupportedArchitectureError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
