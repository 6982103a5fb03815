import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link StarterModelError}. */
export type StarterModelErrorCode = CodeOf<'starter'>;

/** The starter model could not be made. */
export class StarterModelError<Code extends StarterModelErrorCode = StarterModelErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'StarterModelError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
