import { StorageError } from '@mlxengine/core';
import type { CommandStreams } from './command.js';

/** Standard output as the commands write to it. */
export interface Output {
  /** Aborted once nothing more can be written. */
  readonly ended: AbortSignal;
  /**
   * Waits until all is written.
   * @throws `StorageError` where it could not be; a reader that went away (`mlxengine … | head`) is no error
   */
  flush(): Promise<void>;
}

/** Watches standard output for errors, for as long as the process lives: they come when the writer has long gone on. */
export function watchOutput({ stdout }: CommandStreams): Output {
  const controller = new AbortController();
  let problem: NodeJS.ErrnoException | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    problem ??= error;
    controller.abort();
  });
  return {
    ended: controller.signal,
    flush: async () => {
      if (problem === undefined) await new Promise<void>((resolve) => stdout.write('', () => resolve()));
      if (problem === undefined || problem.code === 'EPIPE') return;
      const path = 'standard output';
      if (problem.code === 'ENOSPC') throw new StorageError('storage.disk-full', { path }, { cause: problem });
      throw new StorageError('storage.write-failed', { path, reason: problem.message }, { cause: problem });
    },
  };
}
