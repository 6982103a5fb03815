import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { startHubServer, type HubServer } from '@mlxengine/testing/hub-server';
import { build } from 'esbuild';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { createDownloader, openUrl } from '../../src/browser.js';
import { modelId, neededPaths, repository, shardNames } from '../hub-fixture.js';

const executablePath = process.env['MLXENGINE_CHROMIUM'] ?? '/usr/bin/chromium';
const quiet = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
const token = 'secret-token';

/** What the page has, see page.ts. */
interface PageGlobals {
  readonly createDownloader: typeof createDownloader;
  readonly openUrl: typeof openUrl;
}

/** What a test asks the page to do. */
interface Task {
  readonly endpoint: string;
  readonly id: string;
  readonly token?: string;
  readonly offline?: boolean;
  readonly abortAtBytes?: number;
}

/** What came of it. */
type Outcome =
  | { readonly code: string; readonly message: string }
  | { readonly code?: undefined; readonly hashes: Readonly<Record<string, string>>; readonly progress: readonly number[]; readonly models: readonly unknown[] };

/** Runs in the page. */
async function downloadInPage({ id, abortAtBytes = Infinity, ...options }: Task): Promise<Outcome> {
  const controller = new AbortController();
  const progress: number[] = [];
  try {
    const downloader = (globalThis as unknown as PageGlobals).createDownloader(options);
    const source = await downloader.download(id, {
      signal: controller.signal,
      onProgress: ({ loadedBytes }) => {
        progress.push(loadedBytes);
        if (loadedBytes >= abortAtBytes) controller.abort();
      },
    });
    const hashes: Record<string, string> = {};
    for (const { path } of await source.list()) {
      const digest = await crypto.subtle.digest('SHA-256', await source.read(path) as Uint8Array<ArrayBuffer>);
      hashes[path] = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    }
    return { hashes, progress, models: await downloader.list() };
  } catch (error) {
    return { code: String((error as { code?: unknown }).code), message: String(error) };
  }
}

const expectedHashes = Object.fromEntries(neededPaths.map((path) => (
  [path, createHash('sha256').update(repository.files[path] as string | Uint8Array).digest('hex')]
)));

describe.skipIf(!existsSync(executablePath))('downloads in Chromium (skipped where neither MLXENGINE_CHROMIUM nor /usr/bin/chromium is one)', () => {
  let hub: HubServer;
  let site: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    hub = await startHubServer({ repositories: [repository], tokens: [token] });
    const { outputFiles: [script] } = await build({
      entryPoints: [join(import.meta.dirname, 'page.ts')], bundle: true, format: 'esm', platform: 'browser', write: false, logLevel: 'error',
    });
    expect(script?.text).not.toContain('node:');
    site = createServer((request, response) => {
      if (request.url === '/page.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(script?.text);
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><script type="module" src="/page.js"></script>');
    });
    await new Promise<void>((listening) => site.listen(0, '127.0.0.1', listening));
    browser = await chromium.launch({ executablePath, headless: true, args: quiet });
  });

  afterAll(async () => {
    await browser.close();
    await new Promise((closed) => site.close(closed));
    await hub.close();
  });

  beforeEach(async () => {
    await hub.publish(repository);
    hub.clearFaults();
    // A context of its own is a browser whose file system is empty.
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => 'createDownloader' in globalThis);
    hub.clearRequests();
  });

  afterEach(() => context.close());

  const download = (task: Partial<Task> = {}): Promise<Outcome> => page.evaluate(downloadInPage, { endpoint: hub.endpoint, id: modelId, ...task });

  test('bring every needed file with the right bytes, and the second time without network', async () => {
    const total = neededPaths.reduce((sum, path) => sum + new Blob([repository.files[path] as BlobPart]).size, 0);
    const commit = hub.commitOf(modelId);
    const first = await download();
    expect(first).toMatchObject({ hashes: expectedHashes, models: [{ id: modelId, revision: commit, sizeBytes: total }] });
    expect(first.code === undefined && first.progress.at(-1)).toBe(total);
    hub.clearRequests();
    await page.reload();
    await page.waitForFunction(() => 'createDownloader' in globalThis);
    expect(await download({ offline: true })).toMatchObject({ hashes: expectedHashes });
    expect(hub.requests).toEqual([]);
  });

  test('go on after an abort from what is there', async () => {
    hub.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'slow', pieceMs: 5 } });
    expect(await download({ abortAtBytes: 2_500_000 })).toMatchObject({ code: 'aborted.operation' });
    expect(await download({ offline: true })).toMatchObject({ code: 'download.offline' });
    hub.clearRequests();
    expect(await download()).toMatchObject({ hashes: expectedHashes });
    expect(hub.requests.find(({ host, file, method }) => host === 'content' && method === 'GET' && file === shardNames[0])?.range).toMatch(/^bytes=[1-9]\d+-$/);
  });

  test('survive a broken connection and wrong bytes, once', async () => {
    hub.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'drop', afterBytes: 1_500_000 } });
    hub.addFault({ host: 'content', path: shardNames[1], fault: { kind: 'corrupt', atByte: 1_000_000 } });
    expect(await download()).toMatchObject({ hashes: expectedHashes });
  });

  test('end with a typed error where bytes stay wrong, and keep nothing of them', async () => {
    hub.addFault({ host: 'content', path: shardNames[1], fault: { kind: 'corrupt', atByte: 1_000_000 }, times: Infinity });
    expect(await download()).toMatchObject({ code: 'download.checksum' });
    expect(await download({ offline: true })).toMatchObject({ code: 'download.offline' });
  });

  test('take a token for a gated model, and show it to no other host', async () => {
    await hub.publish({ ...repository, access: 'gated' });
    expect(await download()).toMatchObject({ code: 'download.gated' });
    expect(await download({ token })).toMatchObject({ hashes: expectedHashes });
    const withToken = hub.requests.filter(({ authorization }) => authorization !== undefined);
    expect(new Set(withToken.map(({ host }) => host))).toEqual(new Set(['hub']));
  });

  test('without enough space are refused before a file is asked for', async () => {
    await page.evaluate(() => { navigator.storage.estimate = async () => ({ quota: 5_000_000, usage: 1_000_000 }); });
    expect(await download()).toMatchObject({ code: 'storage.disk-full' });
    expect(hub.requests.some(({ file }) => file !== undefined)).toBe(false);
  });

  test('without a private file system say so', async () => {
    await page.evaluate(() => { Object.defineProperty(navigator.storage, 'getDirectory', { value: undefined }); });
    expect(await download()).toMatchObject({ code: 'storage.unavailable' });
  });

  test('of pages side by side fetch each file once', async () => {
    hub.addFault({ host: 'content', fault: { kind: 'slow', pieceMs: 3 }, times: Infinity });
    const other = await context.newPage();
    await other.goto(page.url());
    await other.waitForFunction(() => 'createDownloader' in globalThis);
    const both = await Promise.all([page, other].map((tab) => tab.evaluate(downloadInPage, { endpoint: hub.endpoint, id: modelId })));
    expect(both).toMatchObject([{ hashes: expectedHashes }, { hashes: expectedHashes }]);
    const fetched = hub.requests.filter(({ host, method }) => host === 'content' && method === 'GET').map(({ file }) => file);
    expect(fetched.sort()).toEqual([...shardNames]);
  });

  test('are not needed to read ranges of a model on another site', async () => {
    const read = await page.evaluate(async (address) => {
      const source = await (globalThis as unknown as PageGlobals).openUrl(address);
      const files = await source.list();
      return { count: files.length, bytes: [...await source.read('model-00002-of-00002.safetensors', { offset: 1000, length: 8 })] };
    }, `${hub.endpoint}/${modelId}/resolve/main`);
    expect(read.count).toBe(7);
    expect(read.bytes).toEqual([...(repository.files[shardNames[1]] as Uint8Array).slice(1000, 1008)]);
  });
});
