import { createHash } from 'node:crypto';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { filesOfFolder } from './hub-repository.js';
import { startHubServer, type HubServer } from './hub-server.js';

const large = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
let server: HubServer;
let commit: string;

beforeAll(async () => {
  server = await startHubServer({
    repositories: [
      { id: 'owner/model', files: { 'config.json': '{"a":1}', 'model.safetensors': large, 'sub/x.json': '{}' }, revisions: ['v1'] },
      { id: 'owner/gated', access: 'gated', files: { 'config.json': '{}' } },
      { id: 'owner/private', access: 'private', files: { 'config.json': '{}' } },
    ],
    tokens: ['known'],
    pageSize: 2,
    renamed: { 'owner/old': 'owner/model' },
  });
  commit = server.commitOf('owner/model') ?? '';
});

afterAll(() => server.close());

beforeEach(() => {
  server.clearFaults();
  server.clearRequests();
});

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${server.endpoint}${path}`, init);
}

test('lists a repository in pages, with the hashes of Git and of large file storage', async () => {
  const first = await ask('/api/models/owner/model/tree/main?recursive=true');
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  const entries = [...await first.json() as unknown[], ...await (await fetch(next)).json() as unknown[]];
  const sha1 = (text: string): string => createHash('sha1').update(`blob ${text.length}\0${text}`).digest('hex');
  expect(entries).toEqual(expect.arrayContaining([
    { type: 'directory', path: 'sub', size: 0, oid: '0'.repeat(40) },
    { type: 'file', path: 'config.json', size: 7, oid: sha1('{"a":1}') },
    expect.objectContaining({ path: 'model.safetensors', lfs: expect.objectContaining({ oid: createHash('sha256').update(large).digest('hex'), size: large.length }) as unknown }),
  ]));
  expect(entries).toHaveLength(4);
});

test('tells the commit of branches and tags, and what it does not have', async () => {
  for (const revision of ['main', 'v1', commit]) {
    expect(await (await ask(`/api/models/owner/model/revision/${revision}`)).json()).toMatchObject({ id: 'owner/model', sha: commit });
  }
  expect((await ask('/api/models/owner/model/revision/v2')).headers.get('x-error-code')).toBe('RevisionNotFound');
  expect((await ask('/owner/model/resolve/main/none.json')).headers.get('x-error-code')).toBe('EntryNotFound');
  expect((await ask('/api/models/owner/none')).status).toBe(401);
  expect((await ask('/api/models/owner/none', { headers: { authorization: 'Bearer known' } })).status).toBe(404);
  expect(await (await ask('/api/models/owner/old')).json()).toMatchObject({ id: 'owner/model' });
});

test('sends small files itself and large ones by a link to the second host, with ranges', async () => {
  const small = await ask('/owner/model/resolve/main/config.json');
  expect(await small.text()).toBe('{"a":1}');
  expect(small.headers.get('x-repo-commit')).toBe(commit);
  const head = await ask('/owner/model/resolve/main/model.safetensors', { method: 'HEAD', redirect: 'manual' });
  expect([head.status, head.headers.get('x-linked-size')]).toEqual([302, '200000']);
  const part = await ask('/owner/model/resolve/main/model.safetensors', { headers: { range: 'bytes=100-199' } });
  expect([part.status, part.headers.get('content-range'), new URL(part.url).origin]).toEqual([206, 'bytes 100-199/200000', server.contentEndpoint]);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(large.slice(100, 200));
  expect((await ask('/owner/model/resolve/main/config.json', { headers: { range: 'bytes=7-' } })).status).toBe(416);
  expect((await fetch(`${server.contentEndpoint}/owner/model/model.safetensors?signature=guessed`)).status).toBe(403);
});

test('gives private and gated repositories to known tokens alone', async () => {
  const known = { headers: { authorization: 'Bearer known' } };
  const unknown = { headers: { authorization: 'Bearer unknown' } };
  const config = '/owner/gated/resolve/main/config.json';
  expect([(await ask(config)).status, (await ask(config, unknown)).status, (await ask(config, known)).status]).toEqual([401, 403, 200]);
  expect((await ask(config)).headers.get('x-error-code')).toBe('GatedRepo');
  const secret = '/api/models/owner/private';
  expect([(await ask(secret)).status, (await ask(secret, unknown)).status, (await ask(secret, known)).status]).toEqual([401, 401, 200]);
});

test('misbehaves as often as it was told to, and notes what it was asked', async () => {
  const path = '/owner/model/resolve/main/config.json';
  server.addFault({ path: 'config.json', fault: { kind: 'status', status: 429, headers: { 'retry-after': '3' } }, times: 2 });
  const answers = [await ask(path), await ask(path), await ask(path)];
  expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
  expect(answers[0]?.headers.get('retry-after')).toBe('3');
  server.addFault({ host: 'content', fault: { kind: 'corrupt', atByte: 70_000 } });
  const bytes = new Uint8Array(await (await ask('/owner/model/resolve/main/model.safetensors')).arrayBuffer());
  expect([...bytes.keys()].filter((index) => bytes[index] !== large[index])).toEqual([70_000]);
  server.addFault({ host: 'content', fault: { kind: 'drop', afterBytes: 1000 } });
  await expect(ask('/owner/model/resolve/main/model.safetensors').then((response) => response.arrayBuffer())).rejects.toThrow();
  server.addFault({ host: 'content', fault: { kind: 'truncate', afterBytes: 1000 } });
  expect((await (await ask('/owner/model/resolve/main/model.safetensors')).arrayBuffer()).byteLength).toBe(1000);
  server.addFault({ host: 'content', fault: { kind: 'extend', bytes: 5 } });
  expect((await (await ask('/owner/model/resolve/main/model.safetensors')).arrayBuffer()).byteLength).toBe(200_005);
  expect(server.requests.filter(({ host }) => host === 'content')).toMatchObject([
    { file: 'model.safetensors', method: 'GET', sentBytes: 200_000 }, { sentBytes: 1000 }, { sentBytes: 1000 }, {},
  ]);
});

test('serves a folder from where it lies', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mlxengine-hub-'));
  await mkdir(join(folder, 'sub'));
  await writeFile(join(folder, 'config.json'), '{}');
  await writeFile(join(folder, 'sub/data.bin'), large);
  await server.publish({ id: 'owner/folder', files: await filesOfFolder(folder) });
  const answer = await ask('/owner/folder/resolve/main/sub/data.bin', { headers: { range: 'bytes=-10' } });
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(large.slice(-10));
  await rm(folder, { recursive: true });
});
