import { AbortedError } from '../errors/aborted-error.js';
import { BackendError } from '../errors/backend-error.js';
import { MLXEngineError } from '../errors/mlx-engine-error.js';
import { StreamView } from '../streams/stream-view.js';
import type { TokenBatch } from './token-request.js';

/** What {@link createTokenStream} drives. */
export interface TokenStreamOptions {
  /** Name of the backend, for the error that wraps a foreign one. */
  readonly backend: string;
  /**
   * Does the work and hands each batch on. Its signal fires when the caller aborts or leaves the loop: stop soon; what is
   * emitted or thrown then is nobody's.
   */
  readonly produce: (emit: (batch: TokenBatch) => void, signal: AbortSignal) => Promise<void>;
  /** The caller's signal. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * The stream of `BackendModel.generate` around a backend's own loop: work starts at the call, unread batches wait,
 * leaving the loop cancels, a signal rejects the iteration at once with an `AbortedError`, and foreign exceptions become
 * `BackendError`s. An iteration that nobody reads never becomes an unhandled rejection.
 */
export function createTokenStream({ backend, produce, signal }: TokenStreamOptions): AsyncIterableIterator<TokenBatch> {
  const controller = new AbortController();
  const view = new StreamView<TokenBatch>({ add: addBatch, onLeave: () => controller.abort() });
  const onAbort = (): void => {
    const error = new AbortedError('aborted.operation', { operation: 'generate' }, { cause: signal?.reason });
    view.end(error);
    controller.abort(error);
  };
  if (signal?.aborted) onAbort();
  else void follow();
  return view;

  async function follow(): Promise<void> {
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await produce((batch) => view.push(batch), controller.signal);
      view.end();
    } catch (error) {
      view.end(toBackendError(backend, error));
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

/** Only the latest progress says something; tokens wait in order. */
function addBatch(unread: TokenBatch[], batch: TokenBatch): void {
  if (batch.type === 'prefill-progress' && unread.at(-1)?.type === batch.type) unread.pop();
  unread.push(batch);
}

function toBackendError(backend: string, error: unknown): MLXEngineError {
  if (MLXEngineError.isInstance(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new BackendError('backend.failed', { backend, reason }, { cause: error });
}
