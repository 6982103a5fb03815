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
  openWorkerChannel,
};

/** From its file where the bundler emitted one, else from memory, which a page's security policy may forbid. */
async function openWorkerChannel(): Promise<Channel> {
  try {
    return await openWorker(startFromFile);
  } catch {
    return startFromMemory();
  }
}

function startFromFile(): WorkerLike {
  return wrap(new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'mlxengine-fallback' }));
}

async function startFromMemory(): Promise<Channel> {
  const { source } = await import('../generated/worker-source.js');
  const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  try {
    return await openWorker(() => wrap(new Worker(url, { type: 'module', name: 'mlxengine-fallback' })));
  } finally {
    URL.revokeObjectURL(url);
  }
}

function wrap(worker: Worker): WorkerLike {
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
