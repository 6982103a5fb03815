import { spawn } from 'node:child_process';
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
  const limits = [0, 200_000, ...[...randomBytes(8, 7)].map((byte) => byte * 8000)];
  const start = server.sentBytes();
  for (const limit of limits) {
    expect(await downloadAndKill(limit)).toBe('killed');
    expect((await cacheEntries(cache.path)).filter((entry) => /snapshots|refs/.test(entry))).toEqual([]);
  }
  expect(await downloadAndKill(Infinity)).toBe('complete');
  const source = await downloaderFor(undefined, cache.path, { offline: true }).download(modelId);
  expect(Buffer.compare(await source.read('model.safetensors'), weights)).toBe(0);
  expect((await cacheEntries(cache.path)).filter((entry) => /partial|lock/.test(entry))).toEqual([]);
  // Of each kill only what was on its way is sent again.
  const repeated = server.sentBytes() - start - weights.byteLength;
  expect(repeated).toBeGreaterThanOrEqual(0);
  expect(repeated).toBeLessThan(limits.length * 400_000);
}, 60_000);
