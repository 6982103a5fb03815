import { DownloadError, StorageError, throwIfAborted } from '@mlxengine/core';
import { collectBlob, readInto } from './collect-body.js';
import { failedConnection } from './connection-failure.js';
import { parseContentRange } from './content-range.js';
import { openExchange, type Exchange, type Fetch } from './exchange.js';
import {
  defaultRetryPolicy,
  isTransientStatus,
  retryAfterOf,
  withRetries,
  type Attempt,
  type RetryPolicy,
} from './retry.js';

/** Without ranges a file is held whole in memory; this much is the most that is reasonable. */
const largestWholeBytes = 1024 ** 3;

/** Settings of a {@link RangeReader}; the defaults suit everyone but tests. */
export interface RemoteFileOptions {
  readonly fetch?: Fetch;
  readonly policy?: RetryPolicy;
}

/** How to ask for a file's size. */
export interface SizeOptions {
  readonly signal: AbortSignal | undefined;
  /** Whether the name was guessed: a page or a refusal in its place then means that there is no such file. */
  readonly guessed: boolean;
}

/** A part of a file that is inside it. */
export interface RemoteRange {
  readonly offset: number;
  readonly length: number;
  /** Size of the whole file. */
  readonly size: number;
  readonly signal: AbortSignal | undefined;
}

/** Reads parts of the files below one address. */
export class RangeReader {
  readonly base: URL;
  readonly #fetch: Fetch;
  readonly #policy: RetryPolicy;
  /** Files of a server that sends no ranges. */
  readonly #whole = new Map<string, Promise<Blob>>();

  constructor(base: URL, { fetch = (url, init) => globalThis.fetch(url, init), policy = defaultRetryPolicy }: RemoteFileOptions) {
    this.base = base;
    this.#fetch = fetch;
    this.#policy = policy;
  }

  urlOf(path: string): string {
    return new URL(path.split('/').map(encodeURIComponent).join('/'), this.base).href;
  }

  /** Size of a file; `undefined` where there is none. */
  async sizeOf(path: string, options: SizeOptions): Promise<number | undefined> {
    const { signal, guessed } = options;
    const byHead = await this.#exchange<number | 'absent' | 'unknown'>(path, { method: 'HEAD', signal }, async ({ response }) => {
      if (isAbsent(response, guessed)) return { done: true, value: 'absent' };
      const length = response.headers.get('content-length');
      // The length of a compressed body is not the file's; and not every server knows HEAD.
      const known = response.ok && length !== null && !response.headers.has('content-encoding');
      return { done: true, value: known ? Number(length) : 'unknown' };
    });
    if (byHead === 'unknown') return this.#sizeByRange(path, options);
    return byHead === 'absent' ? undefined : byHead;
  }

  /** Bytes of a part of a file. */
  async read(path: string, range: RemoteRange): Promise<Uint8Array> {
    throwIfAborted(range.signal, `Reading ${this.urlOf(path)}`);
    if (range.length === 0) return new Uint8Array(0);
    const whole = this.#whole.get(path);
    if (whole !== undefined) return this.#sliceOf(path, await whole, range);
    const { offset, length, size, signal } = range;
    const headers: Record<string, string> = length === size ? {} : { range: `bytes=${offset}-${offset + length - 1}` };
    return this.#exchange(path, { headers, signal }, (exchange) => this.#readAnswer(path, exchange, range));
  }

  #sizeByRange(path: string, { signal, guessed }: SizeOptions): Promise<number | undefined> {
    return this.#exchange(path, { headers: { range: 'bytes=0-0' }, signal }, async (exchange) => {
      const { response } = exchange;
      if (isAbsent(response, guessed)) return { done: true, value: undefined };
      const total = parseContentRange(response.headers.get('content-range'))?.total;
      // 416 is the answer for a file of 0 bytes, and says so.
      if (total !== undefined && (response.status === 206 || response.status === 416)) return { done: true, value: total };
      if (response.status !== 200) throw this.#refused(path, response.status);
      return { done: true, value: (await this.#keepWhole(path, exchange)).size };
    });
  }

  async #readAnswer(path: string, exchange: Exchange, range: RemoteRange): Promise<Attempt<Uint8Array>> {
    const { status, headers } = exchange.response;
    const isWhole = range.length === range.size;
    if (status === 200 && !isWhole) return { done: true, value: await this.#sliceOf(path, await this.#keepWhole(path, exchange), range) };
    if (status !== (isWhole ? 200 : 206)) throw this.#refused(path, status);
    // A page may not see this header in the answer of another host; the length is checked either way.
    const first = parseContentRange(headers.get('content-range'))?.first ?? range.offset;
    if (first !== range.offset) {
      throw new DownloadError('download.wrong-part', { file: path, source: this.base.href, expected: range.offset, found: first });
    }
    return this.#collect(path, exchange, range);
  }

  async #collect(path: string, exchange: Exchange, { offset, length, size }: RemoteRange): Promise<Attempt<Uint8Array>> {
    if (length === size && exchange.response.type === 'cors') return this.#collectCompressed(path, exchange, size);
    const bytes = new Uint8Array(length);
    const received = await readInto(bytes, exchange.chunks());
    if (received === length) return { done: true, value: bytes };
    if (received < length) return { done: false, error: this.#incomplete(path, received, length) };
    throw new DownloadError('download.wrong-size', { file: path, source: this.base.href, expected: size, found: `over ${offset + length}` });
  }

  /** Another host's answer hides from a page that it is compressed, and then is longer than it said. */
  async #collectCompressed(path: string, exchange: Exchange, size: number): Promise<Attempt<Uint8Array>> {
    const whole = await this.#collectWhole(path, exchange);
    if (whole.size < size) return { done: false, error: this.#incomplete(path, whole.size, size) };
    return { done: true, value: new Uint8Array(await whole.arrayBuffer()) };
  }

  /** Keeps a file whose server sends no ranges, so that it is not fetched again for each part. */
  async #keepWhole(path: string, exchange: Exchange): Promise<Blob> {
    const known = this.#whole.get(path);
    if (known !== undefined) return known;
    const blob = this.#collectWhole(path, exchange);
    this.#whole.set(path, blob);
    try {
      return await blob;
    } catch (error) {
      this.#whole.delete(path);
      throw error;
    }
  }

  async #collectWhole(path: string, exchange: Exchange): Promise<Blob> {
    const announced = Number(exchange.response.headers.get('content-length') ?? 0);
    const blob = announced > largestWholeBytes ? undefined : await collectBlob(exchange.chunks(), largestWholeBytes);
    if (blob !== undefined) return blob;
    const size = announced > largestWholeBytes ? announced : `over ${largestWholeBytes}`;
    throw new DownloadError('download.no-ranges', { file: path, source: this.base.href, size, limit: largestWholeBytes });
  }

  async #sliceOf(path: string, whole: Blob, { offset, length }: RemoteRange): Promise<Uint8Array> {
    if (offset + length > whole.size) {
      throw new StorageError('storage.too-short', { path: this.urlOf(path), found: whole.size, expected: offset + length });
    }
    return new Uint8Array(await whole.slice(offset, offset + length).arrayBuffer());
  }

  /** One request, again where it fails for a moment, with the connection closed in any case. */
  #exchange<Value>(
    path: string,
    request: { readonly method?: 'HEAD'; readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal | undefined },
    take: (exchange: Exchange) => Promise<Attempt<Value>>,
  ): Promise<Value> {
    const operation = `Reading ${this.urlOf(path)}`;
    return withRetries({ operation, policy: this.#policy, signal: request.signal }, async () => {
      let exchange: Exchange | undefined;
      try {
        const headers = { 'accept-encoding': 'identity', ...request.headers };
        exchange = await openExchange(this.urlOf(path), { ...request, headers, fetch: this.#fetch, stallMs: this.#policy.stallMs });
        const { status, headers: answered } = exchange.response;
        if (!isTransientStatus(status)) return await take(exchange);
        return { done: false, error: this.#refused(path, status), retryAfterMs: retryAfterOf(answered) };
      } catch (cause) {
        throwIfAborted(request.signal, operation);
        return failedConnection(cause, (reason) => this.#failure(path, reason, cause));
      } finally {
        await exchange?.close();
      }
    });
  }

  #refused(path: string, status: number): DownloadError {
    return new DownloadError('download.status', { file: path, source: this.base.href, status });
  }

  #incomplete(path: string, found: number, expected: number): DownloadError {
    return new DownloadError('download.incomplete', { file: path, source: this.base.href, found, expected });
  }

  #failure(path: string, reason: string, cause: unknown): DownloadError {
    return new DownloadError('download.failed', { file: path, source: this.base.href, reason }, { cause });
  }
}

/** Whether the answer says that there is no such file; a single-page application answers any name with its page. */
function isAbsent({ status, ok, headers }: Response, guessed: boolean): boolean {
  if (status === 404 || status === 410) return true;
  if (!guessed) return false;
  return status === 401 || status === 403 || (ok && /^text\/html\b/i.test(headers.get('content-type') ?? ''));
}
