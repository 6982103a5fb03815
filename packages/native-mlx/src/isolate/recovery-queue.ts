import type { Call } from './call.js';

/**
 * Calls that wait for a process. Those that were at work when one died are suspects: each runs alone until it has shown
 * that it gets past the beginning, so that one that kills processes is found, and takes no others with it. One that was
 * there twice runs alone to its end.
 */
export class RecoveryQueue {
  readonly #send: (call: Call) => void;
  #suspects: Call[] = [];
  #waiting: Call[] = [];
  #alone: Call | undefined;
  #isOpen = true;

  constructor(send: (call: Call) => void) {
    this.#send = send;
  }

  /** Sends a call when its turn comes, which is now where nothing is wrong. */
  add(call: Call): void {
    if (this.#isOpen && this.#alone === undefined && this.#suspects.length === 0) this.#send(call);
    else this.#waiting.push(call);
  }

  suspect(call: Call): void {
    this.#suspects.push(call);
  }

  /** There is no process to send to. */
  close(): void {
    this.#isOpen = false;
    this.#alone = undefined;
  }

  open(): void {
    this.#isOpen = true;
    this.#next();
  }

  /** A call has come further than its beginning. */
  progressed(call: Call): void {
    if (call === this.#alone && call.crashes < 2) this.#next();
  }

  /** A call has ended. */
  remove(call: Call): void {
    this.#suspects = this.#suspects.filter((other) => other !== call);
    this.#waiting = this.#waiting.filter((other) => other !== call);
    if (call === this.#alone) this.#next();
  }

  #next(): void {
    if (!this.#isOpen) return;
    this.#alone = this.#suspects.shift();
    if (this.#alone !== undefined) return this.#send(this.#alone);
    for (const call of this.#waiting.splice(0)) this.#send(call);
  }
}
