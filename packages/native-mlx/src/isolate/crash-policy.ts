/** When a process that dies is no longer started. */
export class CrashPolicy {
  // Without a single start that came as far as having its models loaded.
  static readonly failedStarts = 3;
  static readonly crashesAMinute = 10;
  readonly #times: number[] = [];
  #failedStarts = 0;

  /**
   * Counts an end.
   * @param started - whether it had all its models
   * @returns how long to wait before the next start, in milliseconds; `undefined`: for ever
   */
  crashed(started: boolean, now: number): number | undefined {
    this.#times.push(now);
    while ((this.#times[0] ?? now) < now - 60_000) this.#times.shift();
    this.#failedStarts = started ? 0 : this.#failedStarts + 1;
    if (this.#failedStarts >= CrashPolicy.failedStarts || this.#times.length > CrashPolicy.crashesAMinute) return undefined;
    return this.#failedStarts * 250;
  }
}
