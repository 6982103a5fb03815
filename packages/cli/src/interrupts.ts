import process from 'node:process';

/** A signal that Ctrl-C and its like abort, until it is no longer watched. */
export interface InterruptWatch {
  readonly signal: AbortSignal;
  stop(): void;
}

/** Watches for Ctrl-C, termination, and for what ends the output. */
export function watchInterrupts(outputEnded: AbortSignal): InterruptWatch {
  const controller = new AbortController();
  const interrupt = (): void => controller.abort();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: AbortSignal.any([controller.signal, outputEnded]),
    stop: () => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
