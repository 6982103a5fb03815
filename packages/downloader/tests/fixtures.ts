import { defaultRetryPolicy, type RetryPolicy } from '../src/http/retry.js';

/** Patience of tests. */
export const quickPolicy: RetryPolicy = { ...defaultRetryPolicy, attempts: 4, baseDelayMs: 5, maxDelayMs: 20, stallMs: 300 };

/** Bytes that look random and are the same for the same seed. */
export function randomBytes(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2654435761 + 1;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}
