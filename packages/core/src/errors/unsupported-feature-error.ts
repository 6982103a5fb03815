import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link UnsupportedFeatureError}. */
export type UnsupportedFeatureErrorCode = CodeOf<'feature'>;

/** Something was asked for that this engine, backend or host does not do; never ignored silently. */
export class UnsupportedFeatureError<Code extends UnsupportedFeatureErrorCode = UnsupportedFeatureErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'UnsupportedFeatureError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
