import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link UnloadedError}. */
export type UnloadedErrorCode = CodeOf<'unloaded'>;

/** An engine was used after `unload`. */
export class UnloadedError<Code extends UnloadedErrorCode = UnloadedErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'UnloadedError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
