import { execFile } from 'node:child_process';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startHubServer, type HubServer } from '@mlxengine/testing/hub-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cacheEntries, cacheFlaws, downloaderFor, makeCache, modelId, neededPaths, repository, shardNames } from '../hub-fixture.js';

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const run = promisify(execFile);

/** Files that Python fetches where it is asked for what mlx-lm asks for. */
const patterns = '["*.json", "model*.safetensors", "*.py", "tokenizer.model", "*.tiktoken", "*.txt", "*.jsonl", "*.jinja"]';

describe.skipIf(python === undefined)('the cache beside Python\'s huggingface_hub (skipped where MLXENGINE_PARITY_PYTHON names no Python)', () => {
  let server: HubServer;
  let cache: Awaited<ReturnType<typeof makeCache>>;
  let commit: string;

  beforeAll(async () => {
    server = await startHubServer({ repositories: [repository] });
    commit = server.commitOf(modelId) ?? '';
  });

  afterAll(() => server.close());

  beforeEach(async () => {
    server.clearFaults();
    server.clearRequests();
    cache = await makeCache();
  });

  afterEach(() => cache.remove());

  /** Runs Python on the cache and gives what it printed. */
  async function inPython(code: string, variables: Readonly<Record<string, string>> = {}): Promise<string> {
    const environment = {
      PATH: process.env['PATH'] ?? '', HOME: cache.path, HF_HOME: cache.path, HF_HUB_CACHE: cache.path, HF_ENDPOINT: server.endpoint,
      HF_HUB_DISABLE_TELEMETRY: '1', HF_HUB_DISABLE_PROGRESS_BARS: '1', HF_HUB_DISABLE_XET: '1', ...variables,
    };
    const { stdout } = await run(python ?? '', ['-c', `from huggingface_hub import *\n${code}`], { env: environment });
    return stdout.trim();
  }

  const offline = { HF_HUB_OFFLINE: '1' };

  test('Python reads ours without network: the whole snapshot, single files, the scan', async () => {
    await downloaderFor(server, cache.path).download(modelId);
    server.clearRequests();
    const snapshot = join(cache.path, 'models--owner--model/snapshots', commit);
    expect(await inPython(`print(snapshot_download("${modelId}"))`, offline)).toBe(snapshot);
    expect(await inPython(`print(snapshot_download("${modelId}", allow_patterns=${patterns}))`, offline)).toBe(snapshot);
    expect(await inPython(`print(open(hf_hub_download("${modelId}", "config.json")).read())`, offline)).toBe(repository.files['config.json']);
    expect(await inPython(`print(try_to_load_from_cache("${modelId}", "${shardNames[0]}"))`, offline)).toBe(join(snapshot, shardNames[0]));
    const scan = 'i = scan_cache_dir(); r = list(i.repos)[0]\nprint(r.repo_id, r.nb_files, [str(w) for w in i.warnings], [(v.commit_hash, sorted(v.refs)) for v in r.revisions])';
    expect(await inPython(scan, offline)).toBe(`${modelId} ${neededPaths.length} [] [('${commit}', ['main'])]`);
    expect(server.requests).toEqual([]);
  });

  test('Python with network finds that ours is up to date, and fetches what we left out', async () => {
    await downloaderFor(server, cache.path).download(modelId);
    server.clearRequests();
    await inPython(`snapshot_download("${modelId}", allow_patterns=${patterns})`);
    const fetched = server.requests.filter(({ method, file, status }) => method === 'GET' && file !== undefined && status === 200).map(({ file }) => file);
    // Its patterns reach into folders, and it takes code.
    expect(fetched.sort()).toEqual(['modeling_custom.py', 'original/params.json']);
    expect(await downloaderFor(undefined, cache.path, { offline: true }).cached(modelId)).toBeDefined();
  });

  test('we read Python\'s without network', async () => {
    const path = await inPython(`print(snapshot_download("${modelId}", allow_patterns=${patterns}))`);
    server.clearRequests();
    const downloader = downloaderFor(undefined, cache.path, { offline: true });
    const source = await downloader.download(modelId);
    for (const name of shardNames) expect(Buffer.compare(await source.read(name), repository.files[name] as Uint8Array)).toBe(0);
    expect(source.localPath?.('config.json')).toBe(join(path, 'config.json'));
    expect(await downloader.list()).toMatchObject([{ id: modelId, revision: commit, path }]);
    expect(server.requests).toEqual([]);
  });

  test('what Python fetched in part is not taken for complete, and completed without fetching it again', async () => {
    await inPython(`snapshot_download("${modelId}", allow_patterns=["*.json", "${shardNames[0]}"])`);
    const downloader = downloaderFor(server, cache.path);
    expect(await downloader.cached(modelId)).toBeUndefined();
    expect(await downloader.list()).toEqual([]);
    server.clearRequests();
    await downloader.download(modelId);
    const fetched = server.requests.filter(({ file, status }) => file !== undefined && status === 200).map(({ file }) => file);
    expect(fetched.sort()).toEqual(['chat_template.jinja', shardNames[1]]);
    expect(await inPython(`print(snapshot_download("${modelId}", allow_patterns=["*.json", "*.jinja", "model*.safetensors"], ignore_patterns=["*/*"]))`, offline))
      .toContain(commit);
  });

  test('a partial file of Python stays its own, and one of ours disturbs nobody', async () => {
    server.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'truncate', afterBytes: 500_000 } });
    server.addFault({ host: 'content', path: shardNames[0], fault: { kind: 'status', status: 404 }, times: Infinity });
    await expect(downloaderFor(server, cache.path).download(modelId)).rejects.toThrow();
    const blobs = join(cache.path, 'models--owner--model/blobs');
    expect((await readdir(blobs)).filter((name) => name.endsWith('.mlxengine-partial'))).toHaveLength(1);
    await writeFile(join(blobs, 'abc.incomplete'), 'theirs');
    server.clearFaults();
    await inPython(`snapshot_download("${modelId}", allow_patterns=${patterns})`);
    await downloaderFor(server, cache.path).download(modelId);
    expect(await cacheEntries(cache.path)).toContain('models--owner--model/blobs/abc.incomplete 6');
  });

  test('both at once into one cache: all is right', async () => {
    server.addFault({ host: 'content', fault: { kind: 'slow', pieceMs: 5 }, times: Infinity });
    const allow = '["*.json", "*.jinja", "model*.safetensors"]';
    const [source] = await Promise.all([
      downloaderFor(server, cache.path).download(modelId),
      inPython(`snapshot_download("${modelId}", allow_patterns=${allow}, ignore_patterns=["*/*"])`),
    ]);
    for (const name of shardNames) expect(Buffer.compare(await source.read(name), repository.files[name] as Uint8Array)).toBe(0);
    expect((await cacheFlaws(cache.path, server)).filter((flaw) => flaw !== 'something left over')).toEqual([]);
    expect(await inPython('print([str(w) for w in scan_cache_dir().warnings])', offline)).toBe('[]');
  });
});
