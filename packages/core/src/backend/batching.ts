import { checkNumber } from '../checks/check-number.js';
import { checkObject } from '../checks/check-object.js';

/** How many requests of a model a backend takes on. */
export interface BatchingOptions {
  /** Most sequences that are worked on side by side, 1 to 256; default 32. More wait. */
  readonly maxSequences?: number;
  /** Most requests that wait behind them, 0 or more; default 1024. One more is refused with a `BackendError` (`backend.busy`). */
  readonly maxWaiting?: number;
}

/** {@link BatchingOptions} with the defaults filled in. */
export type BatchingLimits = Required<BatchingOptions>;

/**
 * Checks the options and fills in the defaults.
 * @throws `InvalidArgumentError`
 */
export function batchingLimits(options: BatchingOptions = {}): BatchingLimits {
  checkObject('batching', options);
  const { maxSequences = 32, maxWaiting = 1024 } = options;
  checkNumber('batching.maxSequences', maxSequences, { minimum: 1, maximum: 256, integer: true });
  checkNumber('batching.maxWaiting', maxWaiting, { minimum: 0, maximum: 2 ** 20, integer: true });
  return { maxSequences, maxWaiting };
}
