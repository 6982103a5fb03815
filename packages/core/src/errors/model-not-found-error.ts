import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link ModelNotFoundError}. */
export type ModelNotFoundErrorCode = CodeOf<'model'>;

/** A name leads to no model. */
export class ModelNotFoundError<Code extends ModelNotFoundErrorCode = ModelNotFoundErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'ModelNotFoundError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
