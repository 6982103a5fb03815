/** Finds stop strings in text that comes in pieces, and holds back what may become one. */
export class StopStrings {
  readonly #stop: readonly string[];
  #held = '';

  constructor(stop: readonly string[]) {
    this.#stop = stop;
  }

  /** The text that is certain, and the stop string that was met, after which nothing may be pushed. */
  push(text: string): { readonly text: string; readonly stop?: string } {
    this.#held += text;
    const met = this.#firstMet();
    if (met !== undefined) return { text: this.#held.slice(0, met.index), stop: met.stop };
    const certain = this.#held.length - this.#uncertain();
    const released = this.#held.slice(0, certain);
    this.#held = this.#held.slice(certain);
    return { text: released };
  }

  /** What was held back for a stop string that did not come. */
  flush(): string {
    return this.#held;
  }

  #firstMet(): { readonly index: number; readonly stop: string } | undefined {
    const found = this.#stop.map((stop) => ({ stop, index: this.#held.indexOf(stop) })).filter(({ index }) => index >= 0);
    return found.sort((a, b) => a.index - b.index)[0];
  }

  /** Length of the longest end of the text that a stop string begins with. */
  #uncertain(): number {
    const longest = Math.max(0, ...this.#stop.map(({ length }) => length - 1));
    for (let length = Math.min(longest, this.#held.length); length > 0; length--) {
      if (this.#stop.some((stop) => stop.startsWith(this.#held.slice(-length)))) return length;
    }
    return 0;
  }
}
