import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link BackendUnavailableError}. */
export type BackendUnavailableErrorCode = CodeOf<'unavailable'> | CodeOf<'native'> | CodeOf<'fallback'>;

/** A backend that was asked for cannot be used on this machine. */
export class BackendUnavailableError<Code extends BackendUnavailableErrorCode = BackendUnavailableErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'BackendUnavailableError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
