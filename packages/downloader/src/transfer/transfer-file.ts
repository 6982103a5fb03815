import { DownloadError, MLXEngineError, throwIfAborted } from '@mlxengine/core';
import { failedConnection } from '../http/connection-failure.js';
import { parseContentRange } from '../http/content-range.js';
import { openExchange, type Exchange } from '../http/exchange.js';
import { isTransientStatus, retryAfterOf, withRetries, type Attempt } from '../http/retry.js';
import type { HubConnection } from '../hub/hub-connection.js';
import { refusalError } from '../hub/hub-errors.js';
import type { HubFile } from '../hub/hub-file.js';
import { hasherFor, type CreateHasher, type Hasher } from './hasher.js';
import type { PartialFile } from './partial-file.js';

/** One file on its way here. */
export interface FileTransfer {
  readonly hub: HubConnection;
  readonly model: string;
  readonly commit: string;
  readonly file: HubFile;
  readonly partial: PartialFile;
  readonly createHasher: CreateHasher;
  readonly signal: AbortSignal | undefined;
  /** Called with the bytes of the file that are here; they fall where a file has to begin again. */
  readonly onLoaded: (bytes: number) => void;
}

/** A try that got this far was worth it: failures are counted anew. */
const progressBytes = 1024 * 1024;

/**
 * Downloads one file, from where an earlier try stopped, checks size and hash while it streams, and publishes it. After a
 * failure the bytes so far stay for the next try, unless they are wrong.
 */
export async function transferFile(transfer: FileTransfer): Promise<void> {
  const state = new TransferState(transfer);
  try {
    await state.resume();
    await fetchRest(transfer, state);
    await transfer.partial.publish();
  } finally {
    await transfer.partial.close();
  }
}

/** Bytes that are here and their hash so far, which always agree. */
class TransferState {
  readonly #transfer: FileTransfer;
  #hasher: Hasher;
  loaded = 0;
  /** Whether wrong bytes were thrown away already. */
  startedAgain = false;

  constructor(transfer: FileTransfer) {
    this.#transfer = transfer;
    this.#hasher = hasherFor(transfer.file, transfer.createHasher);
  }

  async resume(): Promise<void> {
    const { partial, file, signal } = this.#transfer;
    const size = await partial.size();
    if (size > file.size) return this.restart();
    if (size === 0) return;
    for await (const chunk of partial.read()) {
      throwIfAborted(signal, `Downloading ${file.path}`);
      this.#take(chunk);
    }
    // Bytes that vanished between the two looks would leave a hole.
    if (this.loaded !== size) await this.restart();
  }

  async append(chunk: Uint8Array): Promise<void> {
    await this.#transfer.partial.append(chunk);
    this.#take(chunk);
  }

  async restart(): Promise<void> {
    await this.#transfer.partial.clear();
    this.loaded = 0;
    this.#hasher = hasherFor(this.#transfer.file, this.#transfer.createHasher);
    this.#transfer.onLoaded(0);
  }

  digest(): string {
    return this.#hasher.digest();
  }

  #take(chunk: Uint8Array): void {
    this.#hasher.update(chunk);
    this.loaded += chunk.byteLength;
    this.#transfer.onLoaded(this.loaded);
  }
}

async function fetchRest(transfer: FileTransfer, state: TransferState): Promise<void> {
  const { hub, file, signal } = transfer;
  const operation = `Downloading ${file.path}`;
  await withRetries({ operation, policy: hub.policy, signal }, async () => {
    const before = state.loaded;
    const outcome = state.loaded < file.size ? await fetchOnce(transfer, state, operation) : undefined;
    if (outcome !== undefined && !outcome.done) return { ...outcome, progressed: state.loaded - before >= progressBytes };
    return checkHash(transfer, state);
  });
}

async function fetchOnce(transfer: FileTransfer, state: TransferState, operation: string): Promise<Attempt<undefined>> {
  const { hub, signal } = transfer;
  let exchange: Exchange | undefined;
  try {
    const headers = { 'accept-encoding': 'identity', ...(state.loaded === 0 ? {} : { range: `bytes=${state.loaded}-` }) };
    exchange = await openExchange(addressOf(transfer), { fetch: hub.fetch, headers, signal, stallMs: hub.policy.stallMs });
    return await receive(transfer, state, exchange);
  } catch (cause) {
    throwIfAborted(signal, operation);
    return failedConnection(cause, (reason) => failure(transfer, reason, cause));
  } finally {
    await exchange?.close();
  }
}

async function receive(transfer: FileTransfer, state: TransferState, exchange: Exchange): Promise<Attempt<undefined>> {
  const { file, hub, model, commit } = transfer;
  const { response } = exchange;
  const { status } = response;
  if (isTransientStatus(status)) return refused(transfer, response);
  if (status === 416) {
    // What is here is not what the server has.
    await state.restart();
    return refused(transfer, response);
  }
  // A signed link of another host may have run out; the next try gets a new one.
  if (!response.ok && isElsewhere(response, hub)) return refused(transfer, response);
  if (!response.ok) {
    throw refusalError(response, { model, source: hub.endpoint, revision: commit, file: file.path, hasToken: hub.token !== undefined });
  }
  if (state.loaded > 0 && (status !== 206 || startOf(response, state.loaded) !== state.loaded)) await state.restart();
  const first = status === 206 ? startOf(response, 0) : 0;
  if (state.loaded === 0 && first !== 0) {
    const found = first ?? '?';
    return { done: false, error: new DownloadError('download.wrong-part', { file: file.path, source: hub.endpoint, expected: 0, found }) };
  }
  for await (const chunk of exchange.chunks()) {
    if (state.loaded + chunk.byteLength > file.size) return tooMuch(transfer, state);
    await state.append(chunk);
  }
  if (state.loaded === file.size) return { done: true, value: undefined };
  const ends = { file: file.path, source: hub.endpoint, found: state.loaded, expected: file.size };
  return { done: false, error: new DownloadError('download.incomplete', ends) };
}

async function tooMuch(transfer: FileTransfer, state: TransferState): Promise<never> {
  const { file, hub } = transfer;
  await state.restart();
  throw new DownloadError('download.wrong-size', { file: file.path, source: hub.endpoint, expected: file.size, found: `over ${file.size}` });
}

/** Wrong bytes are thrown away; once they may have come from an interrupted earlier try, so there is a second one. */
async function checkHash({ file, hub }: FileTransfer, state: TransferState): Promise<Attempt<undefined>> {
  const found = state.digest();
  if (found === file.hash.value) return { done: true, value: undefined };
  await state.restart();
  const error = new DownloadError('download.checksum', { file: file.path, source: hub.endpoint, expected: file.hash.value, found });
  if (state.startedAgain) throw error;
  state.startedAgain = true;
  return { done: false, error };
}

function refused({ file, hub }: FileTransfer, { status, headers }: Response): Attempt<never> {
  const error = new DownloadError('download.status', { file: file.path, source: hub.endpoint, status });
  return { done: false, error, retryAfterMs: retryAfterOf(headers) };
}

function startOf(response: Response, assumed: number): number | undefined {
  const header = response.headers.get('content-range');
  // A page may not see this header in the answer of another host.
  return header === null ? assumed : parseContentRange(header)?.first;
}

function isElsewhere({ url }: Response, { endpoint }: HubConnection): boolean {
  return url !== '' && new URL(url).origin !== new URL(endpoint).origin;
}

function addressOf({ hub, model, commit, file }: FileTransfer): string {
  return `${hub.endpoint}/${model}/resolve/${commit}/${file.path.split('/').map(encodeURIComponent).join('/')}`;
}

function failure({ file, hub }: FileTransfer, reason: string, cause: unknown): DownloadError {
  if (MLXEngineError.isInstance(cause)) throw cause;
  return new DownloadError('download.failed', { file: file.path, source: hub.endpoint, reason }, { cause });
}
