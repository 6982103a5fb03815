import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link RegistryError}. */
export type RegistryErrorCode = CodeOf<'registry'>;

/** An entry of the registry is invalid. */
export class RegistryError<Code extends RegistryErrorCode = RegistryErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'RegistryError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
