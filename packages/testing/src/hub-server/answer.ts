import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FaultList, HubFault } from './faults.js';
import type { HubContent } from './file-content.js';
import type { HubRequest } from './hub-request.js';

/** One request on its way to an answer. */
export interface Exchange {
  readonly host: 'hub' | 'content';
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** File that it is for, as soon as that is known. */
  file?: string;
  sentBytes: number;
  /** Bytes of all exchanges. */
  readonly traffic: { sentBytes: number };
}

/** Logs an exchange once it is over, however it ended. */
export function logExchange(exchange: Exchange, log: HubRequest[]): void {
  exchange.response.once('close', () => {
    const { range, authorization } = exchange.request.headers;
    log.push({
      host: exchange.host,
      method: exchange.request.method ?? '',
      url: exchange.request.url ?? '',
      ...(exchange.file === undefined ? {} : { file: exchange.file }),
      ...(range === undefined ? {} : { range }),
      ...(authorization === undefined ? {} : { authorization }),
      status: exchange.response.statusCode,
      sentBytes: exchange.sentBytes,
    });
  });
}

/** Takes the faults of an answer; one that replaces the answer is carried out at once. */
export function strike(exchange: Exchange, faults: FaultList): readonly HubFault[] | 'answered' {
  const { host, request, url, file } = exchange;
  const taken = faults.take({ host, method: request.method ?? '', path: file ?? url.pathname });
  const status = taken.find((fault) => fault.kind === 'status');
  if (status === undefined) return taken;
  sendText(exchange, status.status, `fault ${status.status}`, status.headers);
  return 'answered';
}

/** Sends JSON. */
export function sendJson(exchange: Exchange, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  const body = JSON.stringify(value);
  exchange.response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers });
  exchange.sentBytes += body.length;
  exchange.response.end(body);
}

/** Sends a status with a line of text. */
export function sendText(exchange: Exchange, status: number, text: string, headers: Readonly<Record<string, string>> = {}): void {
  exchange.response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
  exchange.response.end(exchange.request.method === 'HEAD' ? undefined : text);
}

/** Refuses as the hub does: with a code for programs in a header. */
export function refuse(exchange: Exchange, status: number, code: string, message: string): void {
  sendText(exchange, status, message, { 'x-error-code': code, 'x-error-message': message });
}

/** Sends a file or the range of it that was asked for, with what is wrong with it. */
export async function sendContent(
  exchange: Exchange,
  content: HubContent,
  headers: Readonly<Record<string, string>>,
  faults: readonly HubFault[],
): Promise<void> {
  const ranged = !faults.some(({ kind }) => kind === 'no-ranges');
  const range = ranged ? parseRange(exchange.request.headers.range, content.size) : undefined;
  if (range === 'unsatisfiable') {
    sendText(exchange, 416, 'range not satisfiable', { 'content-range': `bytes */${content.size}` });
    return;
  }
  const { start, end } = range ?? { start: 0, end: content.size };
  exchange.response.writeHead(range === undefined ? 200 : 206, {
    'content-type': 'application/octet-stream',
    ...(ranged ? { 'accept-ranges': 'bytes' } : {}),
    ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end - 1}/${content.size}` }),
    // Without a length the body is chunked, so that it can end early or late in good order.
    ...(faults.some(({ kind }) => kind === 'truncate' || kind === 'extend') ? {} : { 'content-length': String(end - start) }),
    ...headers,
  });
  if (exchange.request.method === 'HEAD') exchange.response.end();
  else await sendBody(exchange, content.read(start, end), faults);
}

async function sendBody(exchange: Exchange, pieces: AsyncIterable<Uint8Array>, faults: readonly HubFault[]): Promise<void> {
  const { response } = exchange;
  const end = faults.find((fault) => fault.kind === 'drop' || fault.kind === 'stall' || fault.kind === 'truncate');
  const corrupt = faults.find((fault) => fault.kind === 'corrupt');
  const slow = faults.find((fault) => fault.kind === 'slow');
  for await (const piece of pieces) {
    if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow.pieceMs));
    const left = end === undefined ? piece.byteLength : end.afterBytes - exchange.sentBytes;
    const bytes = Uint8Array.from(piece.subarray(0, Math.max(0, left)));
    const changed = corrupt === undefined ? -1 : corrupt.atByte - exchange.sentBytes;
    if (changed >= 0 && changed < bytes.byteLength) bytes[changed] = (bytes[changed] ?? 0) ^ 0xff;
    if (!await write(response, bytes)) return;
    exchange.sentBytes += bytes.byteLength;
    exchange.traffic.sentBytes += bytes.byteLength;
    if (left > piece.byteLength || end === undefined) continue;
    if (end.kind === 'drop') response.destroy();
    if (end.kind === 'truncate') response.end();
    return;
  }
  const extend = faults.find((fault) => fault.kind === 'extend');
  if (extend !== undefined) await write(response, new Uint8Array(extend.bytes));
  response.end();
}

/** Writes and waits until it is sent; `false` where the other side is gone. */
async function write(response: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  if (response.destroyed) return false;
  if (bytes.byteLength === 0) return true;
  return new Promise((resolve) => {
    const closed = (): void => resolve(false);
    response.once('close', closed);
    response.write(bytes, (error) => {
      response.removeListener('close', closed);
      resolve(error === undefined || error === null);
    });
  });
}

function parseRange(header: string | undefined, size: number): { readonly start: number; readonly end: number } | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const [, first = '', last = ''] = match;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  return start >= end ? 'unsatisfiable' : { start, end };
}
