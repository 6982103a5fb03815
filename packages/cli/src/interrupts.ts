import process from 'node:process';
import type { Writable } from 'node:stream';

/** A signal that Ctrl-C and its like abort, until it is no longer watched. */
export interface InterruptWatch {
  readonly signal: AbortSignal;
  stop(): void;
}

/** Watches for Ctrl-C, termination, and a reader of the output that went away (`mlxengine run … | head`). */
export function watchInterrupts(output: Writable): InterruptWatch {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  const brokenPipe = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE') controller.abort();
    else throw error;
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  output.on('error', brokenPipe);
  return {
    signal: controller.signal,
    stop: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
      output.off('error', brokenPipe);
    },
  };
}
