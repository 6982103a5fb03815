import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageError } from '@mlxengine/core';
import { startHubServer, type HubServer } from '@mlxengine/testing/hub-server';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { cacheEntries, cacheFlaws, downloaderFor, makeCache, modelId, repository, smallDisk, weights } from './hub-fixture.js';
import { mountSmallDisk } from './small-disk.js';

let server: HubServer;
let cache: Awaited<ReturnType<typeof makeCache>>;

beforeAll(async () => {
  server = await startHubServer({ repositories: [repository] });
});

afterAll(() => server.close());

beforeEach(async () => {
  cache = await makeCache();
});

afterEach(() => cache.remove());

test.skipIf(!existsSync('/dev/full'))('a write that finds no space is a typed error and leaves nothing half-written (needs /dev/full)', async () => {
  const blobs = join(cache.path, 'models--owner--model/blobs');
  await mkdir(blobs, { recursive: true });
  const hash = createHash('sha256').update(weights[0] as Uint8Array).digest('hex');
  await symlink('/dev/full', join(blobs, `${hash}.mlxengine-partial`));
  const failing = downloaderFor(server, cache.path).download(modelId);
  await expect(failing).rejects.toThrow(StorageError);
  await expect(failing).rejects.toMatchObject({ code: 'storage.disk-full', cause: { code: 'ENOSPC' } });
  expect((await cacheEntries(cache.path)).filter((entry) => entry.includes('partial') || entry.includes('snapshots'))).toEqual([]);
  expect(await cacheFlaws(cache.path, server)).toEqual([]);
  await downloaderFor(server, cache.path).download(modelId);
  expect(await cacheFlaws(cache.path, server)).toEqual([]);
});

test('a disk that fills up in the middle is emptied again, and goes on once there is space', async ({ skip }) => {
  const folder = join(cache.path, 'disk');
  await mkdir(folder);
  const disk = await mountSmallDisk(folder, '4m');
  if (disk === undefined) return skip('needs the right to mount a tmpfs: as root, by user namespaces or by sudo without a password');
  const { path } = disk;
  try {
    // As if the space had gone after it was looked at.
    const failing = downloaderFor(server, path, {}, { openStore: smallDisk(Infinity) }).download(modelId);
    await expect(failing).rejects.toMatchObject({ code: 'storage.disk-full' });
    const left = await cacheEntries(path);
    expect(left.filter((entry) => /partial|snapshots|refs|lock/.test(entry))).toEqual([]);
    expect(await cacheFlaws(path, server)).toEqual([]);
    await expect(downloaderFor(server, path).download(modelId)).rejects.toMatchObject({ code: 'storage.disk-full' });
    disk.resize('16m');
    await downloaderFor(server, path).download(modelId);
    expect(await cacheFlaws(path, server)).toEqual([]);
  } finally {
    disk.unmount();
    await rm(folder, { recursive: true });
  }
});
