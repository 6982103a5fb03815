import { StallTimer } from './stall-timer.js';

/** The part of `fetch` that is used here. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What {@link openExchange} needs. */
export interface ExchangeOptions {
  readonly fetch: Fetch;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Silence after which the connection is given up. */
  readonly stallMs: number;
}

/** One request and its answer, watched for silence. Exactly one of its two ends must be taken. */
export interface Exchange {
  readonly response: Response;
  /** The body as it arrives; leaving the loop closes the connection. A silent connection makes it throw. */
  chunks(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Closes the connection without the rest of the body. */
  close(): Promise<void>;
}

/**
 * Sends a request and waits for the head of the answer.
 * @throws what `fetch` throws, or the reason of a stall; after an abort whatever comes first: check the signal
 */
export async function openExchange(url: string, options: ExchangeOptions): Promise<Exchange> {
  const stall = new StallTimer(options.stallMs);
  const signal = options.signal === undefined ? stall.signal : AbortSignal.any([options.signal, stall.signal]);
  stall.start();
  try {
    const response = await options.fetch(url, { method: options.method ?? 'GET', headers: { ...options.headers }, signal });
    return { response, chunks: () => readBody(response, stall), close: () => closeBody(response, stall) };
  } finally {
    stall.stop();
  }
}

async function* readBody(response: Response, stall: StallTimer): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  let ended = false;
  try {
    while (!ended) {
      stall.start();
      const { done, value } = await reader.read();
      stall.stop();
      ended = done;
      if (value !== undefined) yield value;
    }
  } finally {
    stall.stop();
    // A body that failed cannot be cancelled any more, which is as good.
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}

async function closeBody(response: Response, stall: StallTimer): Promise<void> {
  stall.stop();
  await response.body?.cancel().catch(() => undefined);
}
