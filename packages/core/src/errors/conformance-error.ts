import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link ConformanceError}. */
export type ConformanceErrorCode = CodeOf<'conformance'>;

/** An implementation does not do what its contract says. */
export class ConformanceError<Code extends ConformanceErrorCode = ConformanceErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'ConformanceError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
