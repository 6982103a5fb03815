import type { Channel } from '../runtime/channel.js';
import type { RuntimeEvent } from '../runtime/protocol.js';
import type { Platform } from './platform.js';
import { turnEventLoop } from './turn-event-loop.js';
import type { WorkerLike } from './worker-channel.js';
import { openWorker } from './worker-handle.js';

/** Browsers, and other hosts with web workers. */
export const platform: Platform = {
  name: 'a browser',
  files: false,
  giveWay: turnEventLoop,
  openWorkerChannel: (): Promise<Channel> => openWorker(startWorker),
};

function startWorker(): WorkerLike {
  const worker = new Worker(new URL('../worker.js', import.meta.url), { type: 'module', name: 'mlxengine-fallback' });
  let onEnd: (reason: string) => void = () => undefined;
  worker.onerror = (event) => {
    event.preventDefault();
    onEnd(event.message === undefined || event.message === '' ? 'its worker could not be loaded' : event.message);
  };
  worker.onmessageerror = () => onEnd('a message of its worker could not be read');
  return {
    post: (command, transfer) => worker.postMessage(command, [...transfer]),
    onMessage: (handler) => { worker.onmessage = ({ data }: MessageEvent<RuntimeEvent>) => handler(data); },
    onEnd: (handler) => { onEnd = handler; },
    hold: () => undefined,
    terminate: async () => worker.terminate(),
  };
}
