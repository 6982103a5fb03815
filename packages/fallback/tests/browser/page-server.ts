import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { starterCheckpoint } from '../starter.js';

/** What a page is served with. */
export interface PageKind {
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the worker's file lies beside the bundle. */
  readonly workerFile?: boolean;
}

/** Serves the bundle as a page, and the starter model beside it. */
export async function servePages(script: string, pages: Readonly<Record<string, PageKind>>): Promise<{ readonly url: string; readonly server: Server }> {
  const worker = await readFile(join(import.meta.dirname, '../../dist/worker.js'));
  const server = createServer((request, response) => {
    const [, page = '', file = ''] = /^\/(\w+)\/([\w.]*)/.exec(request.url ?? '') ?? [];
    if (page === 'checkpoint') return serveRange(request, response, join(starterCheckpoint, file));
    const kind = pages[page];
    const headers = { ...kind?.headers, 'cache-control': 'no-store' };
    if (kind !== undefined && file === '') return end(response, 'text/html', '<script type="module" src="page.js"></script>', headers);
    if (kind !== undefined && file === 'page.js') return end(response, 'text/javascript', script, headers);
    if (kind?.workerFile === true && file === 'worker.js') return end(response, 'text/javascript', worker, headers);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function end(response: ServerResponse, type: string, body: string | Buffer, headers: Readonly<Record<string, string>>): void {
  response.writeHead(200, { 'content-type': type, ...headers }).end(body);
}

function serveRange(request: IncomingMessage, response: ServerResponse, path: string): void {
  const [, begin = '0', last = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? [];
  response.writeHead(206, { 'cross-origin-resource-policy': 'same-origin' });
  createReadStream(path, { start: Number(begin), ...(last !== '' && { end: Number(last) }) }).pipe(response);
}
