import type { JobHost } from './job.js';

// A message for each token would cost a small model more than the token.
const batchMs = 8;

/** Hands tokens on in batches: the first at once, later ones when the last batch is some milliseconds old. */
export class TokenBuffer {
  readonly #host: JobHost;
  #waiting: number[] = [];
  #sent = -Infinity;

  constructor(host: JobHost) {
    this.#host = host;
  }

  push(tokens: readonly number[], now: number): void {
    this.#waiting.push(...tokens);
    if (now - this.#sent >= batchMs) this.flush(now);
  }

  flush(now: number): void {
    if (this.#waiting.length === 0) return;
    this.#host.emit({ type: 'tokens', tokens: Uint32Array.from(this.#waiting) });
    this.#waiting = [];
    this.#sent = now;
  }
}
