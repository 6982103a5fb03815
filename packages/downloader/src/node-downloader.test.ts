import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AbortedError, DownloadError, InvalidArgumentError, ModelNotFoundError, StorageError, type DownloadProgress } from '@mlxengine/core';
import { startHubServer, type HubServer } from '@mlxengine/testing/hub-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cacheEntries, cacheFlaws, downloaderFor, makeCache, modelId, neededPaths, repository, shardNames, smallDisk, weights } from '../tests/hub-fixture.js';
import { quickPolicy } from '../tests/fixtures.js';

const token = 'secret-token';
let server: HubServer;
let cache: Awaited<ReturnType<typeof makeCache>>;
let commit: string;
let folder: string;

beforeAll(async () => {
  server = await startHubServer({ repositories: [repository], tokens: [token], renamed: { 'owner/old-name': modelId }, pageSize: 4 });
  commit = server.commitOf(modelId) ?? '';
});

afterAll(() => server.close());

beforeEach(async () => {
  await server.publish(repository);
  server.clearFaults();
  server.clearRequests();
  cache = await makeCache();
  folder = join(cache.path, 'models--owner--model');
});

afterEach(() => cache.remove());

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function expectWhole(source: { read(path: string): Promise<Uint8Array> }): Promise<void> {
  for (const path of neededPaths) {
    const content = repository.files[path] as string | Uint8Array;
    const expected = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    expect(sha256(await source.read(path)), path).toBe(sha256(expected));
  }
}

describe('a download', () => {
  test('brings the files that are needed, and none else, into the standard cache', async () => {
    const source = await downloaderFor(server, cache.path).download(modelId);
    expect([...await source.list()].map(({ path }) => path).sort()).toEqual(neededPaths);
    await expectWhole(source);
    expect(source.name).toBe(modelId);
    expect(source.localPath?.('config.json')).toBe(join(folder, 'snapshots', commit, 'config.json'));
    const entries = await cacheEntries(cache.path);
    expect(entries).toContain(`models--owner--model/snapshots/${commit}/${shardNames[0]} -> ../../blobs/${sha256(weights[0] as Uint8Array)}`);
    expect(entries).toContain('models--owner--model/refs/main 40');
    expect(await readFile(join(folder, 'refs/main'), 'utf8')).toBe(commit);
    expect(entries.filter((entry) => /\/blobs\/[0-9a-f]+ \d+$/.test(entry))).toHaveLength(neededPaths.length);
    expect(await cacheFlaws(cache.path, server)).toEqual([]);
  });

  test('of what is complete makes no request', async () => {
    const downloader = downloaderFor(server, cache.path);
    await downloader.download(modelId);
    server.clearRequests();
    await expectWhole(await downloader.download(modelId));
    expect(server.requests).toEqual([]);
  });

  test('follows branches, tags, references and commits', async () => {
    const downloader = downloaderFor(server, cache.path);
    for (const revision of ['v1.0', 'refs/pr/1', commit]) await downloader.download(modelId, { revision });
    const refs = (await cacheEntries(cache.path)).filter((entry) => entry.includes('/refs/'));
    expect(refs).toEqual(['models--owner--model/refs/refs/pr/1 40', 'models--owner--model/refs/v1.0 40']);
  });

  test('reports bytes up to the total', async () => {
    const reports: DownloadProgress[] = [];
    await downloaderFor(server, cache.path).download(modelId, { onProgress: (progress) => reports.push(progress) });
    const total = neededPaths.reduce((sum, path) => sum + new Blob([repository.files[path] as BlobPart]).size, 0);
    expect(reports.at(-1)).toMatchObject({ loadedBytes: total, totalBytes: total });
    expect(reports.every(({ loadedBytes, totalBytes }) => loadedBytes <= total && totalBytes === total)).toBe(true);
    expect(new Set(reports.map(({ file }) => file))).toEqual(new Set(neededPaths));
  });

  test('ends with what the listener to its progress throws', async () => {
    const problem = new Error('of the listener');
    for (const bytes of [0, 1_000_000, 5_000_000]) {
      const onProgress = ({ loadedBytes }: DownloadProgress): void => { if (loadedBytes >= bytes) throw problem; };
      await expect(downloaderFor(server, cache.path).download(modelId, { onProgress })).rejects.toBe(problem);
    }
    await expectWhole(await downloaderFor(server, cache.path).download(modelId));
  });

  test('of a renamed model is stored under the name it was asked for', async () => {
    const source = await downloaderFor(server, cache.path).download('owner/old-name');
    await expectWhole(source);
    expect(await downloaderFor(undefined, cache.path, { offline: true }).cached('owner/old-name')).toBeDefined();
  });

  test('of a new commit takes unchanged files from the cache', async () => {
    const downloader = downloaderFor(server, cache.path);
    await downloader.download(modelId);
    await server.publish({ ...repository, files: { ...repository.files, 'config.json': '{"model_type":"llama","new":1}' } });
    server.clearRequests();
    const now = server.commitOf(modelId) ?? '';
    const source = await downloader.download(modelId, { revision: now });
    expect(new TextDecoder().decode(await source.read('config.json'))).toContain('new');
    expect(server.requests.flatMap(({ file }) => (file === undefined ? [] : [file]))).toEqual(['config.json']);
    expect((await downloader.list()).map(({ revision }) => revision).sort()).toEqual([commit, now].sort());
  });
});

describe('the network', () => {
  test.each([
    ['drops the connection', { kind: 'drop', afterBytes: 1_300_000 }],
    ['stalls', { kind: 'stall', afterBytes: 700_000 }],
    ['ends early in good order', { kind: 'truncate', afterBytes: 900_000 }],
    ['corrupts a byte', { kind: 'corrupt', atByte: 1_234_567 }],
    ['is overloaded', { kind: 'status', status: 503 }],
    ['asks to wait', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
    ['gives a link that ran out', { kind: 'status', status: 403 }],
  ] as const)('%s once, and the bytes are right', async (_, fault) => {
    server.addFault({ host: 'content', path: shardNames[0], fault });
    await expectWhole(await downloaderFor(server, cache.path).download(modelId));
    expect(await cacheFlaws(cache.path, server)).toEqual([]);
  });

  test.each([
    ['information', 'GET', '/revision/'],
    ['listing', 'GET', '/tree/'],
  ] as const)('fails once while the hub is asked for %s', async (_, method, path) => {
    server.addFault({ host: 'hub', method, path, fault: { kind: 'status', status: 502 } });
    await expectWhole(await downloaderFor(server, cache.path).download(modelId));
  });

  test('is asked for the rest alone after an interruption', async () => {
    server.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'drop', afterBytes: 1_500_000 } });
    await downloaderFor(server, cache.path).download(modelId);
    const [first, second] = server.requests.filter(({ host, file }) => host === 'content' && file === shardNames[0]);
    expect(second?.range).toMatch(/^bytes=[1-9]\d*-$/);
    // What the kernel held when the connection broke is lost; the rest is not sent again.
    expect((first?.sentBytes ?? 0) + (second?.sentBytes ?? 0)).toBeLessThan(3_000_000 + 1_500_000);
    expect(second?.sentBytes).toBe(3_000_000 - Number(/\d+/.exec(second?.range ?? '')?.[0]));
  });

  test('breaks for long, and the next download goes on from what is there', async () => {
    server.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'truncate', afterBytes: 1_000_000 } });
    server.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'status', status: 500 }, times: 3 });
    const failing = downloaderFor(server, cache.path).download(modelId);
    await expect(failing).rejects.toThrow(DownloadError);
    await expect(failing).rejects.toMatchObject({ code: 'download.status', parameters: { file: shardNames[0], status: 500 } });
    expect(await cacheFlaws(cache.path, server)).toEqual([]);
    server.clearFaults();
    server.clearRequests();
    await expectWhole(await downloaderFor(server, cache.path).download(modelId));
    expect(server.requests.find(({ host, file }) => host === 'content' && file === shardNames[0])?.range).toBe('bytes=1000000-');
  });

  test('sends no ranges: an interrupted file begins again', async () => {
    server.addFault({ host: 'content', fault: { kind: 'no-ranges' }, times: Infinity });
    server.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'truncate', afterBytes: 1_000_000 } });
    await expectWhole(await downloaderFor(server, cache.path).download(modelId));
  });

  test.each([
    ['wrong bytes', { kind: 'corrupt', atByte: 10 }, 'download.checksum'],
    ['too many bytes', { kind: 'extend', bytes: 10 }, 'download.wrong-size'],
    ['too few bytes', { kind: 'truncate', afterBytes: 0 }, 'download.incomplete'],
    ['errors', { kind: 'status', status: 500 }, 'download.status'],
    ['dropped connections', { kind: 'drop', afterBytes: 0 }, 'download.failed'],
  ] as const)('sends %s again and again: a typed error, and nothing under a final name', async (_, fault, code) => {
    server.addFault({ path: shardNames[1], host: 'content', fault, times: Infinity });
    const failing = downloaderFor(server, cache.path).download(modelId);
    await expect(failing).rejects.toThrow(DownloadError);
    await expect(failing).rejects.toMatchObject({ code });
    expect(await cacheFlaws(cache.path, server)).toEqual([]);
    expect(await downloaderFor(server, cache.path).cached(modelId)).toBeUndefined();
    expect((await cacheEntries(cache.path)).some((entry) => entry.includes(`/blobs/${sha256(weights[1] as Uint8Array)} `))).toBe(false);
    server.clearFaults();
    await expectWhole(await downloaderFor(server, cache.path).download(modelId));
  });

  test('asks to wait longer than anyone would', async () => {
    server.addFault({ path: '/revision/', fault: { kind: 'status', status: 429, headers: { 'retry-after': '86400' } } });
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toMatchObject({
      code: 'download.status', parameters: { status: 429 },
    });
  });

  test('is waited for as long as it asks', async () => {
    server.addFault({ path: '/revision/', fault: { kind: 'status', status: 429, headers: { 'retry-after': '1' } } });
    const start = performance.now();
    await downloaderFor(server, cache.path).download(modelId);
    expect(performance.now() - start).toBeGreaterThan(990);
  });

  test('is not there', async () => {
    const nowhere = downloaderFor(undefined, cache.path, { endpoint: 'http://127.0.0.1:9' });
    await expect(nowhere.download(modelId)).rejects.toMatchObject({ code: 'download.failed' });
    await expect(downloaderFor(undefined, cache.path, { endpoint: 'http://host.invalid' }).download(modelId)).rejects.toThrow(DownloadError);
  });

  test('wrong bytes of an earlier try are found and fetched again', async () => {
    await mkdir(join(folder, 'blobs'), { recursive: true });
    await writeFile(join(folder, 'blobs', `${sha256(weights[0] as Uint8Array)}.mlxengine-partial`), new Uint8Array(500_000));
    await writeFile(join(folder, 'blobs', `${sha256(weights[1] as Uint8Array)}.mlxengine-partial`), new Uint8Array(5_000_000));
    await expectWhole(await downloaderFor(server, cache.path).download(modelId));
  });
});

describe('a signal', () => {
  test('ends a download in the middle of a file and keeps what is there', async () => {
    server.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'slow', pieceMs: 10 } });
    const controller = new AbortController();
    const reason = new Error('enough');
    const download = downloaderFor(server, cache.path).download(modelId, {
      signal: controller.signal,
      onProgress: ({ file, loadedBytes }) => {
        if (file === shardNames[0] && loadedBytes > 200_000) controller.abort(reason);
      },
    });
    await expect(download).rejects.toThrow(AbortedError);
    await expect(download).rejects.toMatchObject({ cause: reason });
    expect(await cacheFlaws(cache.path, server)).toEqual([]);
    expect((await cacheEntries(cache.path)).some((entry) => entry.includes('.mlxengine-partial'))).toBe(true);
    server.clearFaults();
    server.clearRequests();
    await expectWhole(await downloaderFor(server, cache.path).download(modelId));
    expect(server.requests.some(({ range }) => range?.startsWith('bytes=') === true)).toBe(true);
  });

  test('that fired already starts nothing', async () => {
    await expect(downloaderFor(server, cache.path).download(modelId, { signal: AbortSignal.abort() })).rejects.toThrow(AbortedError);
    expect(server.requests).toEqual([]);
  });

  test('ends a wait between tries', async () => {
    server.addFault({ path: '/revision/', fault: { kind: 'status', status: 429, headers: { 'retry-after': '60' } } });
    const signal = AbortSignal.timeout(200);
    await expect(downloaderFor(server, cache.path).download(modelId, { signal })).rejects.toThrow(AbortedError);
  });
});

describe('access', () => {
  test('to a gated model without, with a wrong and with a right token', async () => {
    await server.publish({ ...repository, access: 'gated' });
    const gated = { code: 'download.gated' };
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toMatchObject(gated);
    await expect(downloaderFor(server, cache.path, { token: 'wrong' }).download(modelId)).rejects.toMatchObject(gated);
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toThrow(/HF_TOKEN/);
    await expectWhole(await downloaderFor(server, cache.path, { token }).download(modelId));
  });

  test('to a private model', async () => {
    await server.publish({ ...repository, access: 'private' });
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toMatchObject({ code: 'download.token-needed' });
    await expect(downloaderFor(server, cache.path, { token: 'wrong' }).download(modelId)).rejects.toMatchObject({ code: 'download.token-refused' });
    await expectWhole(await downloaderFor(server, cache.path, { token: ` ${token}\n` }).download(modelId));
  });

  test('never shows the token to the second host, nor in a message', async () => {
    await server.publish({ ...repository, access: 'gated' });
    await downloaderFor(server, cache.path, { token }).download(modelId);
    const sent = server.requests.filter(({ authorization }) => authorization !== undefined);
    expect(sent.length).toBeGreaterThan(5);
    expect(new Set(sent.map(({ host }) => host))).toEqual(new Set(['hub']));
    expect(server.requests.some(({ host }) => host === 'content')).toBe(true);
    await expect(downloaderFor(server, cache.path, { token: 'wrong-secret' }).download('owner/none')).rejects.not.toThrow('wrong-secret');
  });

  test('to what does not exist', async () => {
    const known = downloaderFor(server, cache.path, { token });
    await expect(known.download('owner/none')).rejects.toThrow(ModelNotFoundError);
    await expect(known.download('owner/none')).rejects.toMatchObject({ code: 'model.not-on-hub' });
    await expect(downloaderFor(server, cache.path).download('owner/none')).rejects.toMatchObject({ code: 'download.token-needed' });
    await expect(known.download(modelId, { revision: 'v9' })).rejects.toMatchObject({ code: 'model.no-revision', parameters: { revision: 'v9' } });
    expect(await cacheEntries(cache.path)).toEqual([]);
  });

  test.each(['model', 'owner/../model', '../model', 'a/b/c', 'owner/na--me', 'owner/', 'owner/name@main', 'owner/n\\ame', ''])('no hub id: %j', async (id) => {
    await expect(downloaderFor(server, cache.path).download(id)).rejects.toMatchObject({ code: 'model.invalid-id' });
    await expect(downloaderFor(server, cache.path).cached(id)).rejects.toThrow(ModelNotFoundError);
    expect(server.requests).toEqual([]);
  });

  test.each(['../main', 'a/../../b', '/etc', 'a\\b', '', 'x'.repeat(300), 'a?b', 'main/..'])('no revision: %j', async (revision) => {
    await expect(downloaderFor(server, cache.path).download(modelId, { revision })).rejects.toMatchObject({ code: 'model.invalid-revision' });
  });
});

describe('a hub that is not to be trusted', () => {
  const file = { type: 'file', size: 2, oid: 'a'.repeat(40) };

  test.each([
    ['climbs', '../../evil.json'],
    ['climbs later', 'a/../../evil.json'],
    ['climbs by backslashes', '..\\evil.json'],
    ['is absolute', '/etc/evil.json'],
    ['names a drive', 'C:evil.json'],
  ])('lists a name that %s', async (_, path) => {
    await server.publish({ ...repository, listing: (entries) => [...entries, { ...file, path }] });
    const failing = downloaderFor(server, cache.path).download(modelId);
    await expect(failing).rejects.toMatchObject({ code: 'download.unsafe-name' });
    expect(await cacheEntries(cache.path)).toEqual([]);
  });

  test.each([
    ['no path', 'listing-entry', [{ ...file }]],
    ['a hash that is a path', 'listing-entry', [{ ...file, path: 'config.json', oid: '../../../../x'.padEnd(40, 'a') }]],
    ['no hash', 'listing-entry', [{ ...file, path: 'config.json', oid: undefined }]],
    ['a negative size', 'listing-entry', [{ ...file, path: 'config.json', size: -1 }]],
    ['a file twice', 'listed-twice', [{ ...file, path: 'config.json' }, { ...file, path: 'config.json' }]],
    ['no objects', 'listing-entry', ['config.json', null]],
  ])('lists %s', async (_, code, listing) => {
    await server.publish({ ...repository, listing: () => listing });
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toMatchObject({ code: `download.${code}` });
    expect(await cacheEntries(cache.path)).toEqual([]);
  });

  test('lists no weights', async () => {
    await server.publish({ ...repository, listing: (entries) => entries.filter(({ path }) => !path.endsWith('.safetensors')) });
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toMatchObject({ code: 'download.no-weights' });
  });

  test('lists without end', async () => {
    await server.publish({ ...repository, listing: (entries) => Array.from({ length: 5000 }, (_, index) => ({ ...file, path: `${index}-${entries.length}.md` })) });
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toMatchObject({ code: 'download.endless-listing' });
  });

  test('is a page', async () => {
    const fetch = async (): Promise<Response> => new Response('<html>Please log in', { headers: { 'content-type': 'text/html' } });
    await expect(downloaderFor(server, cache.path, {}, { fetch }).download(modelId)).rejects.toMatchObject({ code: 'download.invalid-answer' });
  });

  test('redirects without end, or to a file', async () => {
    for (const [location, code] of [[`${server.endpoint}/loop`, 'redirects'], ['file:///etc/passwd', 'redirect-target']] as const) {
      const fetch = async (): Promise<Response> => new Response(null, { status: 302, headers: { location } });
      await expect(downloaderFor(server, cache.path, {}, { fetch }).download(modelId)).rejects.toMatchObject({ code: `download.${code}` });
    }
  });
});

describe('the disk', () => {
  test('has not enough space, and nothing is written', async () => {
    const failing = downloaderFor(server, cache.path, {}, { openStore: smallDisk(4_000_000) }).download(modelId);
    await expect(failing).rejects.toThrow(StorageError);
    await expect(failing).rejects.toMatchObject({ code: 'storage.disk-full' });
    expect(await cacheEntries(cache.path)).toEqual([]);
    expect(server.requests.some(({ host }) => host === 'content')).toBe(false);
  });

  test('needs space only for what is missing', async () => {
    await mkdir(join(folder, 'blobs'), { recursive: true });
    await writeFile(join(folder, 'blobs', sha256(weights[0] as Uint8Array)), weights[0] as Uint8Array);
    await writeFile(join(folder, 'blobs', `${sha256(weights[1] as Uint8Array)}.mlxengine-partial`), (weights[1] as Uint8Array).subarray(0, 1_900_000));
    await expectWhole(await downloaderFor(server, cache.path, {}, { openStore: smallDisk(200_000) }).download(modelId));
    expect(server.requests.filter(({ host }) => host === 'content').map(({ range }) => range)).toEqual(['bytes=1900000-']);
  });

  test('refuses links: files are copied', async () => {
    const { publishSnapshot } = await import('./cache/publish-snapshot.js');
    const { modelFolders } = await import('./cache/cache-layout.js');
    const folders = modelFolders(cache.path, modelId);
    const bytes = weights[0] as Uint8Array;
    await mkdir(folders.blobs, { recursive: true });
    await writeFile(join(folders.blobs, sha256(bytes)), bytes);
    const refuse = async (): Promise<void> => { throw Object.assign(new Error('not permitted'), { code: 'EPERM' }); };
    const file = { path: 'model.safetensors', size: bytes.length, hash: { algorithm: 'sha256', value: sha256(bytes) } } as const;
    const path = await publishSnapshot(folders, { id: modelId, commit, files: [file] }, 'main', { symlink: refuse, link: refuse });
    expect(sha256(await readFile(join(path, 'model.safetensors')))).toBe(sha256(bytes));
    expect((await cacheEntries(cache.path)).some((entry) => entry.includes(' -> '))).toBe(false);
  });

  test('cannot be written', async () => {
    await writeFile(join(cache.path, 'models--owner--model'), 'a file in the way');
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toMatchObject({ code: 'storage.write-failed' });
  });
});

describe('the cache', () => {
  test('without network gives what is complete and says what to do about the rest', async () => {
    const offline = downloaderFor(undefined, cache.path, { offline: true });
    await expect(offline.download(modelId)).rejects.toMatchObject({ code: 'download.offline', parameters: { model: modelId, cache: cache.path } });
    expect(await offline.cached(modelId)).toBeUndefined();
    expect(await offline.list()).toEqual([]);
    await downloaderFor(server, cache.path).download(modelId);
    await expectWhole(await offline.download(modelId));
    const size = neededPaths.reduce((sum, path) => sum + new Blob([repository.files[path] as BlobPart]).size, 0);
    expect(await offline.list()).toEqual([{ id: modelId, revision: commit, path: join(folder, 'snapshots', commit), sizeBytes: size }]);
  });

  test.each([
    ['a lost blob', () => rm(join(folder, 'blobs', sha256(weights[0] as Uint8Array)))],
    ['a lost link', () => rm(join(folder, 'snapshots', commit, 'tokenizer.json'))],
    ['a blob that was cut off', () => writeFile(join(folder, 'blobs', sha256(weights[0] as Uint8Array)), 'short')],
    ['a lost snapshot', () => rm(join(folder, 'snapshots'), { recursive: true })],
  ])('with %s is completed, and fetches that alone', async (_, damage) => {
    const downloader = downloaderFor(server, cache.path);
    await downloader.download(modelId);
    await damage();
    server.clearRequests();
    expect(await downloader.cached(modelId)).toBeUndefined();
    expect(await downloader.list()).toEqual([]);
    await expectWhole(await downloader.download(modelId));
    expect(server.requests.filter(({ file }) => file !== undefined && file !== shardNames[0])).toEqual([]);
    expect(await cacheFlaws(cache.path, server)).toEqual([]);
  });

  test('that another tool began is completed in its snapshot', async () => {
    const snapshot = join(folder, 'snapshots', commit);
    await mkdir(snapshot, { recursive: true });
    await mkdir(join(folder, 'refs'));
    await writeFile(join(snapshot, 'README.md'), 'theirs');
    await writeFile(join(snapshot, 'config.json'), repository.files['config.json'] as string);
    await writeFile(join(folder, 'refs/main'), commit);
    const downloader = downloaderFor(server, cache.path);
    expect(await downloader.cached(modelId)).toBeUndefined();
    const source = await downloader.download(modelId);
    await expectWhole(source);
    expect(await readFile(join(snapshot, 'README.md'), 'utf8')).toBe('theirs');
  });

  test('of another tool without a listing is taken where it looks complete', async () => {
    const snapshot = join(folder, 'snapshots', commit);
    await mkdir(snapshot, { recursive: true });
    await mkdir(join(folder, 'refs'));
    await writeFile(join(folder, 'refs/main'), commit);
    const cached = async (): Promise<boolean> => await downloaderFor(undefined, cache.path).cached(modelId) !== undefined;
    for (const path of ['config.json', 'model.safetensors.index.json', 'tokenizer.json', ...shardNames]) {
      expect(await cached(), `before ${path}`).toBe(false);
      await writeFile(join(snapshot, path), repository.files[path] as string | Uint8Array);
    }
    expect(await cached()).toBe(true);
    await rm(join(snapshot, 'model.safetensors.index.json'));
    expect(await cached()).toBe(true);
    await rename(join(snapshot, shardNames[1]), join(snapshot, 'elsewhere'));
    expect(await cached()).toBe(false);
    await symlink('nowhere', join(snapshot, shardNames[1]));
    expect(await cached()).toBe(false);
  });

  test('that may only be read still gives its models', async () => {
    await downloaderFor(server, cache.path).download(modelId);
    await chmod(folder, 0o555);
    await expectWhole(await downloaderFor(server, cache.path).download(modelId, { revision: commit }));
  });

  test('takes two downloads of one model at a time, and fetches each file once', async () => {
    server.addFault({ host: 'content', fault: { kind: 'slow', pieceMs: 2 }, times: Infinity });
    const downloads = [1, 2, 3].map(() => downloaderFor(server, cache.path).download(modelId));
    for (const source of await Promise.all(downloads)) await expectWhole(source);
    const fetched = server.requests.flatMap(({ file, status }) => (file === undefined || status >= 300 ? [] : [file]));
    expect(fetched.sort()).toEqual([...neededPaths].filter((path) => path !== 'empty.json').sort());
    expect(await cacheFlaws(cache.path, server)).toEqual([]);
  });
});

test('an endpoint that is no web address is refused', () => {
  expect(() => downloaderFor(undefined, cache.path, { endpoint: 'hub' })).toThrow(InvalidArgumentError);
  expect(() => downloaderFor(undefined, cache.path, {}, { environment: { HF_ENDPOINT: 'ftp://hub' } })).toThrow(InvalidArgumentError);
});

test('gives up a row of failures after as many tries as its policy says', async () => {
  server.addFault({ path: '/revision/', fault: { kind: 'status', status: 500 }, times: Infinity });
  await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toThrow(DownloadError);
  expect(server.requests).toHaveLength(quickPolicy.attempts);
});
