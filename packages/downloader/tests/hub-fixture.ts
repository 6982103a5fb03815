import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HubRepository, HubServer } from '@mlxengine/testing/hub-server';
import type { DownloaderOptions } from '../src/downloader-options.js';
import type { HubDownloader } from '../src/hub-downloader.js';
import { nodeDownloader, type NodeSurroundings } from '../src/node-downloader.js';
import { DiskStore } from '../src/cache/disk-store.js';
import type { ModelStore, StoredModel } from '../src/store/model-store.js';
import { quickPolicy, randomBytes } from './fixtures.js';

export const modelId = 'owner/model';

/** Weights of several megabytes, so that faults strike in the middle. */
export const weights: readonly Uint8Array[] = [randomBytes(3_000_000, 1), randomBytes(2_000_000, 2)];

export const shardNames = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'] as const;

/** A model with everything that is needed, and much that is not. */
export const repository: HubRepository = {
  id: modelId,
  revisions: ['v1.0', 'refs/pr/1'],
  files: {
    'README.md': '# A model',
    '.gitattributes': '*.safetensors filter=lfs',
    'config.json': '{"model_type":"llama"}',
    'tokenizer.json': '{"model":{}}',
    'tokenizer_config.json': '{"chat_template":"…"}',
    'chat_template.jinja': '{{ messages }}',
    'empty.json': '',
    'model.safetensors.index.json': JSON.stringify({ weight_map: { a: shardNames[0], b: shardNames[1] } }),
    [shardNames[0]]: weights[0] as Uint8Array,
    [shardNames[1]]: weights[1] as Uint8Array,
    'consolidated.safetensors': randomBytes(1000, 3),
    'pytorch_model.bin': 'a pickle',
    'modeling_custom.py': 'import os',
    'original/params.json': '{}',
    'onnx/model.onnx': 'onnx',
  },
};

/** What of it is needed. */
export const neededPaths: readonly string[] = [
  'chat_template.jinja',
  'config.json',
  'empty.json',
  'model-00001-of-00002.safetensors',
  'model-00002-of-00002.safetensors',
  'model.safetensors.index.json',
  'tokenizer.json',
  'tokenizer_config.json',
];

/** A new empty cache. */
export async function makeCache(): Promise<{ readonly path: string; readonly remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'mlxengine-cache-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A downloader from a test server that is not patient, with an environment of its own. */
export function downloaderFor(
  server: HubServer | undefined,
  cacheDirectory: string,
  options: DownloaderOptions = {},
  surroundings: NodeSurroundings = {},
): HubDownloader {
  const endpoint = server === undefined ? {} : { endpoint: server.endpoint };
  return nodeDownloader({ ...endpoint, cacheDirectory, ...options }, { environment: { HF_HOME: cacheDirectory }, policy: quickPolicy, ...surroundings });
}

/** A store on a disk that has so many bytes left. */
export function smallDisk(bytes: number): (cacheDirectory: string) => ModelStore {
  return (cacheDirectory) => {
    const store = new DiskStore(cacheDirectory);
    const model = (id: string): StoredModel => Object.assign(store.model(id), { freeBytes: async () => bytes });
    return { location: store.location, list: () => store.list(), model };
  };
}

/** Everything in a cache: files with their sizes, links with their targets, sorted. */
export async function cacheEntries(cache: string): Promise<readonly string[]> {
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  const described = await Promise.all(entries.filter((entry) => !entry.isDirectory()).map(async (entry) => {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(cache.length + 1);
    return entry.isSymbolicLink() ? `${name} -> ${await readlink(path)}` : `${name} ${(await readFile(path)).byteLength}`;
  }));
  return described.sort();
}

/** What is wrong with a cache that should hold no half-written file under a final name. */
export async function cacheFlaws(cache: string, server: HubServer): Promise<readonly string[]> {
  const entries = await cacheEntries(cache);
  const sizes = new Set(Object.values(repository.files).map((content) => (typeof content === 'string' ? new TextEncoder().encode(content).length : (content as Uint8Array).length)));
  const flaws = entries.filter((entry) => /\/blobs\/[0-9a-f]+ \d+$/.test(entry) && !sizes.has(Number(entry.split(' ').at(-1))));
  const published = entries.filter((entry) => entry.includes('/snapshots/'));
  if (published.length > 0 && published.length !== neededPaths.length) flaws.push(`${published.length} files in the snapshot`);
  if (published.length === 0 && entries.some((entry) => entry.includes('/refs/'))) flaws.push('a ref to no snapshot');
  if (entries.some((entry) => entry.endsWith('.lock') || / -> /.test(entry) && !entry.includes(`/snapshots/${server.commitOf(modelId) ?? ''}`))) flaws.push('something left over');
  return flaws;
}
