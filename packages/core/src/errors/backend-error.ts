import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link BackendError}. */
export type BackendErrorCode = CodeOf<'backend'>;

/** A backend failed at work; its own text is kept. */
export class BackendError<Code extends BackendErrorCode = BackendErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'BackendError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
