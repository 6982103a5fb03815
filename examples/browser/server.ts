import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, resolve, sep } from 'node:path';
import process from 'node:process';
import type { ModelSource } from '@mlxengine/core';
import { openFolder } from '@mlxengine/downloader';
import { openStarterModel } from '@mlxengine/starter-model';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.map': 'application/json', '.wasm': 'application/wasm',
};
/** With the first two a page may share memory between its threads. */
const headers = {
  'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp', 'cross-origin-resource-policy': 'same-origin', 'cache-control': 'no-cache',
};

/** Serves the built page, and below `/model/` the files of a model, also in ranges. */
export function createExampleServer(model: ModelSource): Server {
  return createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const answer = path.startsWith('/model/') ? serveModel(model, path.slice('/model/'.length), request, response) : servePage(path, response);
    answer.catch(() => {
      if (!response.headersSent) response.writeHead(404, headers);
      response.end();
    });
  });
}

async function servePage(path: string, response: ServerResponse): Promise<void> {
  const folder = resolve(import.meta.dirname, 'dist');
  const file = resolve(folder, `.${path.endsWith('/') ? `${path}index.html` : path}`);
  if (!file.startsWith(folder + sep)) throw new RangeError(path);
  const content = await readFile(file);
  response.writeHead(200, { ...headers, 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(content);
}

async function serveModel(model: ModelSource, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const file = (await model.list()).find((candidate) => candidate.path === path);
  if (file === undefined) throw new RangeError(path);
  const [, first = '0', last = ''] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const offset = Number(first);
  const length = Math.min(last === '' ? file.size : Number(last) + 1, file.size) - offset;
  if (length < 0) return void response.writeHead(416, { ...headers, 'content-range': `bytes */${file.size}` }).end();
  const range = request.headers.range === undefined ? {} : { 'content-range': `bytes ${offset}-${offset + length - 1}/${file.size}` };
  response.writeHead('content-range' in range ? 206 : 200, { ...headers, ...range, 'accept-ranges': 'bytes', 'content-type': types[extname(path)] ?? 'application/octet-stream', 'content-length': length });
  response.end(request.method === 'HEAD' ? undefined : await model.read(path, { offset, length }));
}

if (process.argv[1] === import.meta.filename) {
  const [folder] = process.argv.slice(2);
  const model = folder === undefined ? await openStarterModel() : await openFolder(folder);
  const port = Number(process.env['PORT'] ?? 8080);
  createExampleServer(model).listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}/ serves ${model.name}`));
}
