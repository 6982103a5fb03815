/** Runs tasks one after another, in the order of their calls. */
export class RequestQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all tasks so far are over. */
  async idle(): Promise<void> {
    await this.#last;
  }
}

/** Lets the event loop turn, so that timers and signals are heard between steps. */
export function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
