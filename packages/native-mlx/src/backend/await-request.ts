import type { NativeChoice, NativeEvent, NativeModel } from '../abi/native-addon.js';
import { toError, toThrownError } from '../loading/native-errors.js';
import { endsRequest, type FinalEvent } from './final-event.js';

/** How {@link awaitRequest} starts and follows a request. */
export interface RequestCall {
  /** What is going on, as the subject of a sentence, for errors. */
  readonly operation: string;
  /** Calls the addon with the callback; returns the request's number. */
  readonly start: (onEvent: (event: NativeEvent) => NativeChoice) => number;
  /** Hears every event but the last. */
  readonly onEvent?: (event: NativeEvent) => NativeChoice;
  readonly model?: Pick<NativeModel, 'cancel'>;
  /** Cancels the request; the addon then ends it with a failure of its own. */
  readonly signal?: AbortSignal | undefined;
}

/** Runs one request of the addon to its end. Rejects with a typed error. */
export async function awaitRequest({ operation, start, onEvent, model, signal }: RequestCall): Promise<FinalEvent> {
  const { promise, resolve, reject } = Promise.withResolvers<FinalEvent>();
  let request: number;
  const cancel = (): void => model?.cancel(request);
  // A listener of the caller's may throw, which must not reach the addon: the request ends with it.
  const heard = (event: NativeEvent): NativeChoice => {
    try {
      return onEvent?.(event);
    } catch (error) {
      cancel();
      return void reject(error);
    }
  };
  try {
    request = start((event) => {
      if (event.type === 'failure') return void reject(toError(event.failure, operation));
      return endsRequest(event) ? void resolve(event) : heard(event);
    });
  } catch (error) {
    throw toThrownError(error, operation);
  }
  signal?.addEventListener('abort', cancel, { once: true });
  if (signal?.aborted) cancel();
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}
