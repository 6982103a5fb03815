import { DownloadError, MLXEngineError, throwIfAborted } from '@mlxengine/core';
import { failedConnection } from '../http/connection-failure.js';
import { openExchange, type Fetch } from '../http/exchange.js';
import { isTransientStatus, retryAfterOf, withRetries } from '../http/retry.js';
import { reasonOf } from '../reason.js';
import type { HubConnection } from './hub-connection.js';
import { refusalError } from './hub-errors.js';
import type { HubFile, HubSnapshot } from './hub-file.js';
import { isCommit } from './hub-id.js';
import type { HubLibrary } from './hub-library.js';
import { parseListing } from './parse-listing.js';
import { selectNeededFiles } from './needed-files.js';

/** More files and pages than any model has, so that a listing ends. */
const mostEntries = 100_000;
const mostPages = 1000;
/** Longest answer of the API, in bytes. */
const largestAnswer = 64 * 1024 * 1024;

/** A model and where it is asked for. */
export interface HubQuery {
  readonly id: string;
  readonly revision: string;
  readonly signal: AbortSignal | undefined;
}

/** Asks the hub which commit a revision is. */
export async function resolveCommit(library: HubLibrary, hub: HubConnection, query: HubQuery): Promise<string> {
  if (isCommit(query.revision)) return query.revision;
  const { sha } = await answered(hub, query, () => library.modelInfo({
    name: query.id,
    revision: query.revision,
    hubUrl: hub.endpoint,
    additionalFields: ['sha'],
    fetch: apiFetch(hub, query),
  }));
  if (typeof sha === 'string' && isCommit(sha)) return sha;
  throw new DownloadError('download.no-commit', { source: hub.endpoint, model: query.id });
}

/** Asks the hub for the files of a commit, and chooses those that are needed. */
export async function listSnapshot(
  library: HubLibrary,
  hub: HubConnection,
  query: HubQuery,
  commit: string,
): Promise<HubSnapshot> {
  const entries = await answered(hub, query, async () => {
    const found: unknown[] = [];
    const listing = library.listFiles({
      repo: { type: 'model', name: query.id },
      recursive: true,
      revision: commit,
      hubUrl: hub.endpoint,
      fetch: apiFetch(hub, query),
    });
    for await (const entry of listing) {
      if (found.push(entry) > mostEntries) throw tooLong(hub);
    }
    return found;
  });
  const { files, hasWeights } = selectNeededFiles<HubFile>(parseListing(entries, hub.endpoint));
  if (!hasWeights) throw new DownloadError('download.no-weights', { model: query.id, source: hub.endpoint });
  return { id: query.id, commit, files };
}

/** A `fetch` for the library: it tries again where that may help, and throws typed errors where it does not. */
function apiFetch(hub: HubConnection, query: HubQuery): typeof fetch {
  let pages = 0;
  return (async (url: string, init: RequestInit = {}) => {
    if ((pages += 1) > mostPages) throw tooLong(hub);
    // The library asks for what it wants by headers; its token goes by `hub.fetch`.
    return requestApi(hub, query, url, Object.fromEntries(new Headers(init.headers)));
  }) satisfies Fetch as typeof fetch;
}

function requestApi(
  hub: HubConnection,
  { id, revision, signal }: HubQuery,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  const operation = `Asking the hub for ${id}`;
  const failure = (reason: string, cause: unknown): DownloadError =>
    new DownloadError('download.failed', { file: id, source: hub.endpoint, reason }, { cause });
  return withRetries({ operation, policy: hub.policy, signal }, async () => {
    try {
      const exchange = await openExchange(url, { fetch: hub.fetch, headers, signal, stallMs: hub.policy.stallMs });
      const { response } = exchange;
      if (isTransientStatus(response.status)) {
        await exchange.close();
        const error = new DownloadError('download.status', { file: id, source: hub.endpoint, status: response.status });
        return { done: false, error, retryAfterMs: retryAfterOf(response.headers) };
      }
      if (!response.ok) {
        await exchange.close();
        throw refusalError(response, { model: id, source: hub.endpoint, revision, hasToken: hub.token !== undefined });
      }
      const body = await readText(exchange.chunks(), hub);
      return { done: true, value: new Response(body, { headers: response.headers }) };
    } catch (cause) {
      throwIfAborted(signal, operation);
      return failedConnection(cause, (reason) => failure(reason, cause));
    }
  });
}

/** The body is read here, within the retries, so that one that breaks off is asked for again. */
async function readText(chunks: AsyncIterable<Uint8Array>, hub: HubConnection): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.byteLength;
    if (total > largestAnswer) throw tooLong(hub);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Runs the library; what it throws besides our own errors means that it could not read the answer. */
async function answered<Value>(hub: HubConnection, { id, signal }: HubQuery, ask: () => Promise<Value>): Promise<Value> {
  try {
    return await ask();
  } catch (cause) {
    throwIfAborted(signal, `Asking the hub for ${id}`);
    if (MLXEngineError.isInstance(cause)) throw cause;
    throw new DownloadError('download.invalid-answer', { source: hub.endpoint, reason: reasonOf(cause) }, { cause });
  }
}

function tooLong(hub: HubConnection): DownloadError {
  return new DownloadError('download.endless-listing', { source: hub.endpoint });
}
