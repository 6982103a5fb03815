/** Aborts its signal when started and not stopped in time. */
export class StallTimer {
  readonly #controller = new AbortController();
  readonly #milliseconds: number;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(): void {
    this.stop();
    const reason = `nothing came for ${this.#milliseconds / 1000} seconds`;
    this.#timer = setTimeout(() => this.#controller.abort(new DOMException(reason, 'TimeoutError')), this.#milliseconds);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
