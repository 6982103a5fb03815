/** Runs tasks one after another, in the order of their calls. */
export class RequestQueue {
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param signal - fires to leave the queue before the turn has come
   * @param left - makes the error of a task that left
   */
  async run<Result>(task: () => Promise<Result>, signal?: AbortSignal, left?: () => Error): Promise<Result> {
    const before = this.#last;
    const turn = Promise.withResolvers<void>();
    const mine = turn.promise;
    this.#last = before.then(() => mine);
    try {
      await waitForTurn(before, signal, left);
      return await task();
    } finally {
      turn.resolve();
    }
  }
}

function waitForTurn(before: Promise<unknown>, signal: AbortSignal | undefined, left: (() => Error) | undefined): Promise<unknown> {
  if (signal === undefined || left === undefined) return before;
  const gone = Promise.withResolvers<never>();
  const leave = (): void => gone.reject(left());
  if (signal.aborted) leave();
  signal.addEventListener('abort', leave, { once: true });
  return Promise.race([before, gone.promise]).finally(() => signal.removeEventListener('abort', leave));
}
