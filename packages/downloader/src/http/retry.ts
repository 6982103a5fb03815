import { AbortedError, throwIfAborted } from '@mlxengine/core';

/** How patiently to try again. */
export interface RetryPolicy {
  /** Tries in a row that may fail. */
  readonly attempts: number;
  /** Wait after the first failure; it doubles with each further one, up to `maxDelayMs`. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** Longest wait that a server may ask for by `Retry-After`. */
  readonly maxRetryAfterMs: number;
  /** Silence of a connection after which it is given up. */
  readonly stallMs: number;
}

/** Five tries, half a second to ten seconds apart; a server may ask for two minutes, and silence may last half of one. */
export const defaultRetryPolicy: RetryPolicy = {
  attempts: 5,
  baseDelayMs: 500,
  maxDelayMs: 10_000,
  maxRetryAfterMs: 120_000,
  stallMs: 30_000,
};

/** Outcome of one try. */
export type Attempt<Value> =
  | { readonly done: true; readonly value: Value }
  | {
    readonly done: false;
    /** What to throw where it stays so. */
    readonly error: Error;
    /** What the server asked for. */
    readonly retryAfterMs?: number | undefined;
    /** Whether it got far enough for the count of failures to start again. */
    readonly progressed?: boolean;
  };

/** The last failure of a row of them. */
export type FailedAttempt = Extract<Attempt<never>, { readonly done: false }>;

/** What {@link withRetries} needs besides the work itself. */
export interface RetryContext {
  /** What is going on, as the subject of a sentence. */
  readonly operation: string;
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal | undefined;
}

/**
 * Does something until it works or has failed too often in a row, with growing, jittered waits between.
 * Errors that `attempt` throws are final.
 */
export async function withRetries<Value>(context: RetryContext, attempt: () => Promise<Attempt<Value>>): Promise<Value> {
  const { operation, policy, signal } = context;
  for (let failures = 0; ;) {
    throwIfAborted(signal, operation);
    const outcome = await attempt();
    if (outcome.done) return outcome.value;
    throwIfAborted(signal, operation);
    failures = outcome.progressed === true ? 1 : failures + 1;
    const wait = outcome.retryAfterMs ?? 0;
    if (failures >= policy.attempts || wait > policy.maxRetryAfterMs) throw outcome.error;
    await sleep(Math.max(wait, backoff(policy, failures)), signal, operation);
  }
}

/** Half of the delay is fixed and half random, so that many clients don't come back at once. */
function backoff({ baseDelayMs, maxDelayMs }: RetryPolicy, failures: number): number {
  const delay = Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1));
  return delay / 2 + (delay / 2) * Math.random();
}

/** Waits, or ends with an `AbortedError` as soon as the signal fires. */
export function sleep(milliseconds: number, signal: AbortSignal | undefined, operation: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(new AbortedError('aborted.operation', { operation }, { cause: signal?.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

/** What a `Retry-After` header asks for, in milliseconds; `undefined` where there is none. Source: RFC 9110, 10.2.3. */
export function retryAfterOf(headers: Headers, now: number = Date.now()): number | undefined {
  const value = headers.get('retry-after')?.trim();
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Whether the same request may work a moment later. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** Failures to connect that will be the same a moment later. */
const permanentCodes = new Set(['ENOTFOUND', 'ERR_TLS_CERT_ALTNAME_INVALID', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ERR_INVALID_URL']);

/** Whether a failed connection is worth another try. */
export function isTransientFailure(error: unknown): boolean {
  for (let current = error, depth = 0; current instanceof Error && depth < 5; current = current.cause, depth += 1) {
    if ('code' in current && typeof current.code === 'string' && permanentCodes.has(current.code)) return false;
  }
  return true;
}
