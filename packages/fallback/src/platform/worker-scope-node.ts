import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { StorageError } from '@mlxengine/core';
import type { Command } from '../runtime/protocol.js';
import type { RuntimeScope } from '../runtime/runtime-scope.js';

/** A runtime in a worker of Node.js. Its event loop serves nobody else, so it turns seldom: the abort flag is shared. */
export function workerScope(): RuntimeScope {
  return {
    sliceMs: 50,
    workLimit: 30_000_000,
    giveWay: () => setImmediate(),
    post: (event, transfer) => parentPort?.postMessage(event, [...transfer]),
    listen: (onCommand) => parentPort?.on('message', (command: Command) => onCommand(command)),
    readFile,
  };
}

function readFile(file: string, byteOffset: number, into: Uint8Array): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, 'r');
    for (let done = 0; done < into.length; ) {
      const count = readSync(descriptor, into, done, into.length - done, byteOffset + done);
      if (count === 0) throw new StorageError('storage.too-short', { path: file, found: fstatSync(descriptor).size, expected: byteOffset + into.length });
      done += count;
    }
  } catch (error) {
    if (StorageError.isInstance(error)) throw error;
    throw new StorageError('storage.read-failed', { path: file, reason: error instanceof Error ? error.message : String(error) }, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
