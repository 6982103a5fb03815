import { AbortedError, DownloadError, InvalidArgumentError, ModelNotFoundError, StorageError } from '@mlxengine/core';
import { startHubServer, type HubServer } from '@mlxengine/testing/hub-server';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { quickPolicy, randomBytes } from '../../tests/fixtures.js';
import { openUrl, openUrlWith } from './url-source.js';

const shards = [randomBytes(300_000, 1), randomBytes(200_000, 2)] as const;
const weightMap = { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors', c: '../secret.safetensors', d: 'stale.safetensors' };

let server: HubServer;
let base: string;

beforeAll(async () => {
  server = await startHubServer({
    repositories: [{
      id: 'owner/model',
      files: {
        'config.json': '{"model_type":"llama"}',
        'tokenizer.json': '{}',
        'empty.json': '',
        'model.safetensors.index.json': JSON.stringify({ weight_map: weightMap }),
        'model-00001-of-00002.safetensors': shards[0],
        'model-00002-of-00002.safetensors': shards[1],
      },
    }],
  });
  base = `${server.endpoint}/owner/model/resolve/main`;
});

beforeEach(() => {
  server.clearFaults();
  server.clearRequests();
});

afterAll(() => server.close());

const servers: Server[] = [];

afterEach(() => {
  for (const plain of servers.splice(0)) plain.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const plain = createServer(listener);
  servers.push(plain);
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(plain.address() as AddressInfo).port}`;
}

test('finds the usual files and the shards that the index names, and no name that leaves the folder', async () => {
  const source = await openUrl(base);
  const files = [...await source.list()].map(({ path, size }) => `${path} ${size}`).sort();
  expect(files).toEqual([
    'config.json 22',
    'model-00001-of-00002.safetensors 300000',
    'model-00002-of-00002.safetensors 200000',
    `model.safetensors.index.json ${JSON.stringify({ weight_map: weightMap }).length}`,
    'tokenizer.json 2',
  ]);
  expect(source.name).toBe(`${base}/`);
  expect(source.localPath).toBeUndefined();
  expect(server.requests.some(({ url }) => url.includes('secret'))).toBe(false);
});

test('reads ranges through a redirect, and transfers no more than them', async () => {
  const source = await openUrl(base, { files: ['model-00001-of-00002.safetensors'] });
  server.clearRequests();
  const bytes = await source.read('model-00001-of-00002.safetensors', { offset: 1000, length: 500 });
  expect(bytes).toEqual(shards[0].slice(1000, 1500));
  expect(server.requests.reduce((sum, { sentBytes }) => sum + sentBytes, 0)).toBe(500);
  expect(await source.read('model-00001-of-00002.safetensors')).toEqual(shards[0]);
});

test('without ranges a file is fetched once and kept', async () => {
  server.addFault({ fault: { kind: 'no-ranges' }, times: Infinity });
  const source = await openUrl(base);
  server.clearRequests();
  const path = 'model-00002-of-00002.safetensors';
  expect(await source.read(path, { offset: 10, length: 20 })).toEqual(shards[1].slice(10, 30));
  expect(await source.read(path, { offset: 199_990, length: 10 })).toEqual(shards[1].slice(199_990));
  expect(server.requests.filter(({ host }) => host === 'content')).toHaveLength(1);
});

test('given files must be there and stay inside', async () => {
  await expect(openUrl(base, { files: ['config.json', 'gone.json'] })).rejects.toMatchObject({ code: 'model.no-file', parameters: { file: 'gone.json' } });
  await expect(openUrl(base, { files: ['../config.json'] })).rejects.toThrow(InvalidArgumentError);
  const source = await openUrl(base, { files: ['empty.json'] });
  expect(await source.list()).toEqual([{ path: 'empty.json', size: 0 }]);
  expect(await source.read('empty.json')).toEqual(new Uint8Array(0));
  await expect(source.read('config.json')).rejects.toThrow(ModelNotFoundError);
});

test('an address without a model is no model', async () => {
  await expect(openUrl(`${server.endpoint}/owner/other/resolve/main`)).rejects.toMatchObject({ code: 'download.status' });
  await expect(openUrl(await serve((_, response) => response.writeHead(404).end()))).rejects.toMatchObject({
    code: 'model.no-file', parameters: { file: 'config.json' },
  });
});

test('a page in place of a missing file is not taken for it', async () => {
  const address = await serve((request, response) => {
    if (request.url === '/config.json') response.writeHead(200, { 'content-length': 2 }).end(request.method === 'HEAD' ? undefined : '{}');
    else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': 6 }).end(request.method === 'HEAD' ? undefined : '<html>');
  });
  expect(await (await openUrl(address)).list()).toEqual([{ path: 'config.json', size: 2 }]);
});

test('a server without HEAD tells sizes by a range', async () => {
  const address = await serve((request, response) => {
    if (request.method === 'HEAD') response.writeHead(405).end();
    else response.writeHead(206, { 'content-range': 'bytes 0-0/77', 'content-length': 1 }).end('{');
  });
  expect(await (await openUrl(address, { files: ['config.json'] })).list()).toEqual([{ path: 'config.json', size: 77 }]);
});

test('a range past the end is a storage error', async () => {
  const source = await openUrl(base);
  await expect(source.read('config.json', { offset: 20, length: 3 })).rejects.toThrow(StorageError);
});

test('a dropped, stalled or overloaded answer is asked for again', async () => {
  const source = await openUrlWith(base, {}, { policy: quickPolicy });
  const path = 'model-00001-of-00002.safetensors';
  server.addFault({ host: 'content', fault: { kind: 'drop', afterBytes: 100_000 } });
  expect(await source.read(path)).toEqual(shards[0]);
  server.addFault({ host: 'content', fault: { kind: 'stall', afterBytes: 100_000 } });
  expect(await source.read(path)).toEqual(shards[0]);
  server.addFault({ fault: { kind: 'status', status: 429, headers: { 'retry-after': '0' } }, times: 2 });
  server.addFault({ host: 'content', fault: { kind: 'truncate', afterBytes: 70_000 } });
  expect(await source.read(path, { offset: 1, length: 100_000 })).toEqual(shards[0].slice(1, 100_001));
});

test('what fails for good is a typed error', async () => {
  const source = await openUrlWith(base, {}, { policy: quickPolicy });
  server.addFault({ fault: { kind: 'status', status: 503 }, times: Infinity });
  const read = source.read('config.json');
  await expect(read).rejects.toThrow(DownloadError);
  await expect(read).rejects.toMatchObject({ code: 'download.status', parameters: { status: 503 } });
  expect(server.requests.filter(({ status }) => status === 503)).toHaveLength(quickPolicy.attempts);
});

test('too long an answer is not taken', async () => {
  const source = await openUrlWith(base, {}, { policy: quickPolicy });
  server.addFault({ path: 'config.json', fault: { kind: 'extend', bytes: 10 } });
  await expect(source.read('config.json')).rejects.toMatchObject({ code: 'download.wrong-size' });
});

test('a signal ends a read in the middle', async () => {
  const source = await openUrl(base);
  server.addFault({ host: 'content', fault: { kind: 'stall', afterBytes: 1000 } });
  const controller = new AbortController();
  const read = source.read('model-00001-of-00002.safetensors', { signal: controller.signal });
  setTimeout(() => controller.abort(new Error('enough')), 50);
  await expect(read).rejects.toThrow(AbortedError);
  await expect(openUrl(base, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
});

test.each(['ftp://host/model', 'not an address', 'http://user:secret@host/model', 'https://host/model?x=1'])('no address: %s', async (address) => {
  const opening = openUrl(address);
  await expect(opening).rejects.toThrow(InvalidArgumentError);
  await expect(opening).rejects.not.toThrow('secret');
});
