import type { Command } from '../runtime/protocol.js';
import type { RuntimeScope } from '../runtime/runtime-scope.js';
import { turnEventLoop } from './turn-event-loop.js';

interface WorkerGlobal {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  onmessage: ((event: { readonly data: Command }) => void) | null;
}

/** A runtime in a web worker. Where no memory can be shared, an abort is heard when its event loop turns. */
export function workerScope(): RuntimeScope {
  const scope = globalThis as unknown as WorkerGlobal;
  return {
    sliceMs: 16,
    workLimit: 30_000_000,
    giveWay: turnEventLoop,
    post: (event, transfer) => scope.postMessage(event, [...transfer]),
    listen: (onCommand) => {
      scope.onmessage = ({ data }) => onCommand(data);
    },
  };
}
