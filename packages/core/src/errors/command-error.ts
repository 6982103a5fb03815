import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link CommandError}. */
export type CommandErrorCode = CodeOf<'cli'>;

/** A command line is wrong. */
export class CommandError<Code extends CommandErrorCode = CommandErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'CommandError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
