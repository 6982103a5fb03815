import type { MessageParameters } from '../messages/message-catalogue.js';
import type { CodedErrorOptions, CodeOf } from './coded.js';
import { MLXEngineError } from './mlx-engine-error.js';

/** Codes of {@link GraphError}. */
export type GraphErrorCode = CodeOf<'graph'>;

/** A graph is not well formed; found while it is built. */
export class GraphError<Code extends GraphErrorCode = GraphErrorCode> extends MLXEngineError {
  static override readonly brand: string = 'GraphError';
  declare readonly code: Code;

  constructor(code: Code, parameters: MessageParameters<Code>, options?: CodedErrorOptions) {
    super({ code, parameters, cause: options?.cause });
  }
}
