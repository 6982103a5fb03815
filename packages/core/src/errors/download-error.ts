import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link DownloadError}. */
export type DownloadErrorCode = CodeOf<'download'>;

/** A download failed. What is complete is kept, nothing half-written is left under a final name. */
export class DownloadError<Code extends DownloadErrorCode = DownloadErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'DownloadError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
