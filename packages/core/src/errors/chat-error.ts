import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link ChatError}. */
export type ChatErrorCode = CodeOf<'chat'>;

/** A chat session was used in a way that its state does not allow. */
export class ChatError<Code extends ChatErrorCode = ChatErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'ChatError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
