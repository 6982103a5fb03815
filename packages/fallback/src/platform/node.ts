import process from 'node:process';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Channel } from '../runtime/channel.js';
import type { RuntimeEvent } from '../runtime/protocol.js';
import type { Platform } from './platform.js';
import type { WorkerLike } from './worker-channel.js';
import { openWorker } from './worker-handle.js';

/** Node.js, and what behaves like it. */
export const platform: Platform = {
  name: `Node.js ${process.versions.node}`,
  files: true,
  giveWay: () => setImmediate(),
  openWorkerChannel: (): Promise<Channel> => openWorker(startWorker),
};

function startWorker(): WorkerLike {
  // The worker takes nothing from the process: flags such as those of a test runner could keep it from starting.
  const worker = new Worker(new URL('./worker-node.js', import.meta.url), { name: 'mlxengine-fallback', execArgv: [] });
  let onMessage: (event: RuntimeEvent) => void = () => undefined;
  let onEnd: (reason: string) => void = () => undefined;
  worker.on('message', (event: RuntimeEvent) => onMessage(event));
  worker.on('messageerror', (error) => onEnd(error.message));
  worker.on('error', (error) => onEnd(error instanceof Error ? error.message : String(error)));
  worker.on('exit', (code) => onEnd(`its worker ended with code ${code}`));
  return {
    post: (command, transfer) => worker.postMessage(command, [...transfer]),
    onMessage: (handler) => { onMessage = handler; },
    onEnd: (handler) => { onEnd = handler; },
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    terminate: async () => { await worker.terminate(); },
  };
}
