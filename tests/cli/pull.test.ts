import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filesOfFolder, startHubServer, type HubServer } from '@mlxengine/testing/hub-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mountSmallDisk } from '../../packages/downloader/tests/small-disk.js';
import { runMlxengine, starterCheckpoint, type Outcome } from './command.js';

const id = 'someone/a-real-model';
let hub: HubServer;
let cache: string;

beforeAll(async () => {
  hub = await startHubServer({
    repositories: [
      { id, files: await filesOfFolder(starterCheckpoint) },
      { id: 'someone/secret', files: { 'config.json': Buffer.from('{}') }, access: 'private' },
    ],
  });
});
afterAll(async () => hub.close());
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'mlxengine-pull-'));
});
afterEach(async () => rm(cache, { recursive: true, force: true }));

function mlxengine(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return runMlxengine(args, { env: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, ...env } });
}

/** Paths in the cache that look like a finished model. */
async function published(folder = cache): Promise<string[]> {
  const all = await readdir(folder, { recursive: true }).catch(() => []);
  return all.filter((path) => /snapshots.*safetensors$/.test(path) || /refs\/main$/.test(path));
}

describe('mlxengine pull', { timeout: 120_000 }, () => {
  it('brings a model into the hub cache and prints its folder, from which it runs without a network', async () => {
    const { stdout, stderr, exitCode } = await mlxengine(['pull', id]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`${join(cache, 'models--someone--a-real-model', 'snapshots', hub.commitOf(id) ?? '')}\n`);
    const offline = { HF_HUB_OFFLINE: '1', HF_ENDPOINT: 'http://127.0.0.1:9' };
    const answer = await mlxengine(['run', 'What is the capital of France?', '--model', id, '--backend', 'fallback', '--max-tokens', '12'], offline);
    expect(answer.stderr).toBe('');
    expect(answer.stdout).toContain('Paris');
    expect((await mlxengine(['list'])).stdout).toMatch(/someone\/a-real-model +[0-9a-f]{12} +\d+(\.\d)? MiB/);
  });

  it('downloads what run is asked for', async () => {
    const { stdout, exitCode } = await mlxengine(['run', 'Hello', '--model', id, '--backend', 'fallback', '--max-tokens', '3']);
    expect(exitCode).toBe(0);
    expect(stdout.trim()).not.toBe('');
    expect(await published()).toHaveLength(2);
  });

  it.each([
    ['a repository that is not there', 'someone/nothing', /someone\/nothing.*\[(model|download)\.[\w-]+\]/],
    ['a private one, with what to do', 'someone/secret', /HF_TOKEN.*\[\w+\.[\w-]+\]/],
    ['a name that is none', 'nothing', /\[model\.not-found\]/],
  ])('%s', async (_, model, message) => {
    const { stdout, stderr, exitCode } = await mlxengine(['pull', model]);
    expect(stderr).toMatch(message);
    expect(stdout).toBe('');
    expect(exitCode).toBe(1);
    expect(await published()).toEqual([]);
  });

  it('a disk that is full, with nothing half-written', async ({ skip }) => {
    const full = join(cache, 'full');
    await mkdir(full);
    const disk = await mountSmallDisk(full, '8m');
    if (disk === undefined) return skip('needs the right to mount a tmpfs: as root, by user namespaces or by sudo without a password');
    try {
      const { stderr, exitCode } = await mlxengine(['pull', id], { HF_HUB_CACHE: disk.path });
      expect(stderr).toMatch(/\[storage\.disk-full\]/);
      expect(exitCode).toBe(1);
      expect(await published(disk.path)).toEqual([]);
      const sizes = execFileSync('du', ['-sb', disk.path], { encoding: 'utf8' });
      expect(Number.parseInt(sizes, 10)).toBeLessThan(64 * 1024);
    } finally {
      disk.unmount();
    }
  });
});
