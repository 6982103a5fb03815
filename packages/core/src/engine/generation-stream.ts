import type { GenerateResult } from './generate-result.js';
import type { StreamEvent } from './stream-event.js';

/**
 * An answer on its way. Iterating it yields text. Work starts at the call, read or not; text and events are
 * independent views that each see everything. Leaving the text loop early cancels the work, and `result` resolves with
 * finish reason `aborted`. A `result` that nobody reads never becomes an unhandled rejection.
 */
export interface GenerationStream extends AsyncIterable<string> {
  readonly events: AsyncIterable<StreamEvent>;
  readonly result: Promise<GenerateResult>;
}
