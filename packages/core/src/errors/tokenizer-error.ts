import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link TokenizerError}. */
export type TokenizerErrorCode = CodeOf<'tokenizer'> | CodeOf<'template'>;

/** A tokenizer or a chat template cannot be read or fails. */
export class TokenizerError<Code extends TokenizerErrorCode = TokenizerErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'TokenizerError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
