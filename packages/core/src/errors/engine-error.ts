import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link EngineError}. */
export type EngineErrorCode = CodeOf<'engine'>;

/** An engine could not finish what it was asked for, for a reason that no other class names. */
export class EngineError<Code extends EngineErrorCode = EngineErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'EngineError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
