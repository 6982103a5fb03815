import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link CheckpointError}. */
export type CheckpointErrorCode = CodeOf<'checkpoint'> | CodeOf<'gguf'>;

/** Files of a model are missing, damaged or contradict each other. They are untrusted: nothing is read beyond what was checked. */
export class CheckpointError<Code extends CheckpointErrorCode = CheckpointErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'CheckpointError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
