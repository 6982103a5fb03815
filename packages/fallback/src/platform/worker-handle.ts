import type { Channel } from '../runtime/channel.js';
import { type WorkerLike, WorkerChannel } from './worker-channel.js';

const startMs = 20_000;

/**
 * Waits until a worker listens.
 * @throws whatever keeps it from starting
 */
export async function openWorker(start: () => WorkerLike): Promise<Channel> {
  const worker = start();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new DOMException(`no answer in ${startMs} ms`, 'TimeoutError')), startMs);
  worker.onMessage((event) => {
    if (event.type === 'ready') resolve();
  });
  worker.onEnd((reason) => reject(new DOMException(reason, 'OperationError')));
  try {
    await promise;
  } catch (error) {
    await worker.terminate();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return new WorkerChannel(worker);
}
