import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { startHubServer, type HubServer } from '@mlxengine/testing/hub-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomBytes } from './fixtures.js';
import { cacheEntries, downloaderFor, makeCache, modelId } from './hub-fixture.js';

const script = `
  import { createDownloader } from '@mlxengine/downloader';
  await createDownloader().download('${modelId}');
  console.log('complete');
`;

/** So large that the kills together would not bring it without going on from what is there. */
const weights = randomBytes(12_000_000, 1);

let server: HubServer;
let cache: Awaited<ReturnType<typeof makeCache>>;

beforeAll(async () => {
  server = await startHubServer({
    repositories: [{ id: modelId, files: { 'config.json': '{}', 'tokenizer.json': '{}', 'model.safetensors': weights } }],
  });
  cache = await makeCache();
});

afterAll(async () => {
  await server.close();
  await cache.remove();
});

/** Runs a download in a process of its own, as the built package does it, and kills it once the server sent so much. */
async function downloadAndKill(killAfterBytes: number): Promise<'complete' | 'killed'> {
  server.clearRequests();
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('..', import.meta.url).pathname,
    env: { ...process.env, HF_ENDPOINT: server.endpoint, HF_HOME: cache.path, HF_HUB_CACHE: cache.path, HF_TOKEN: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<'complete' | 'killed'>((resolve) => child.once('exit', (code) => resolve(code === 0 ? 'complete' : 'killed')));
  const before = server.sentBytes();
  while (child.exitCode === null && child.signalCode === null) {
    if (server.sentBytes() - before >= killAfterBytes) child.kill('SIGKILL');
    await Promise.race([wait(1), ended]);
  }
  return ended;
}

test('after kill -9 at any moment the next download goes on, and nothing is corrupt', async () => {
  server.addFault({ host: 'content', fault: { kind: 'slow', pieceMs: 2 }, times: Infinity });
  // The first moment is before any request.
  const limits = [0, 200_000, ...[...randomBytes(8, 7)].map((byte) => byte * 8000)];
  for (const limit of limits) {
    const kept = await partialBytes();
    expect(await downloadAndKill(limit)).toBe('killed');
    if (limit > 0) await expect.poll(requestedRanges).toEqual([rangeFrom(kept)]);
    expect((await cacheEntries(cache.path)).filter((entry) => /snapshots|refs/.test(entry))).toEqual([]);
  }
  const kept = await partialBytes();
  expect(kept).toBeGreaterThan(1_000_000);
  expect(await downloadAndKill(Infinity)).toBe('complete');
  expect(requestedRanges()).toEqual([rangeFrom(kept)]);
  const source = await downloaderFor(undefined, cache.path, { offline: true }).download(modelId);
  expect(Buffer.compare(await source.read('model.safetensors'), weights)).toBe(0);
  expect((await cacheEntries(cache.path)).filter((entry) => /partial|lock/.test(entry))).toEqual([]);
}, 60_000);

/** Bytes of the weights that lie on disk. */
async function partialBytes(): Promise<number> {
  const hash = createHash('sha256').update(weights).digest('hex');
  const path = join(cache.path, 'models--owner--model/blobs', `${hash}.mlxengine-partial`);
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Every byte that is on disk is never asked for again. */
function rangeFrom(bytes: number): string {
  return bytes === 0 ? 'all' : `bytes=${bytes}-`;
}

/** What the last process asked the second host for. */
function requestedRanges(): readonly string[] {
  return server.requests.filter(({ host }) => host === 'content').map(({ range }) => range ?? 'all');
}
