import type { GenerateResult } from '../engine/generate-result.js';
import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link AbortedError}. */
export type AbortedErrorCode = CodeOf<'aborted'>;

/** What an {@link AbortedError} takes besides code and parameters. */
export interface AbortedErrorOptions extends CodedErrorOptions {
  readonly partial?: GenerateResult;
}

/** Something ended because its `AbortSignal` said so; `cause` is the signal's reason. */
export class AbortedError<Code extends AbortedErrorCode = AbortedErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'AbortedError';
  declare readonly code: Code;
  /** What a generation had produced until then. */
  readonly partial: GenerateResult | undefined;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: AbortedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
    this.partial = options?.partial;
  }
}
