import {
  InvalidArgumentError,
  ModelNotFoundError,
  StorageError,
  throwIfAborted,
  type ModelFile,
  type ModelSource,
  type ReadOptions,
} from '@mlxengine/core';
import { RangeReader, type RemoteFileOptions } from '../http/range-reader.js';
import { discoverFiles } from './discover-files.js';
import { ReadAhead } from './read-ahead.js';
import { checkReadOptions } from './read-range.js';
import { isSafePath } from './safe-path.js';

/** How to open a model by its address. */
export interface OpenUrlOptions {
  /**
   * Files of the model, relative to its address. Default: those of the usual names that are there, with the shards that
   * the index names.
   */
  readonly files?: readonly string[];
  readonly signal?: AbortSignal;
}

/**
 * A model on any web server, read by ranges as it is needed; nothing is stored. Works in browsers and in Node. A server
 * that sends no ranges works too: files are then fetched whole, once.
 * @param baseUrl - folder of the model, `http:` or `https:`; in a page also relative to it
 * @throws `ModelNotFoundError` where there is no config.json, or a given file is missing; `DownloadError`;
 * `InvalidArgumentError` for an address of another kind; `AbortedError` by the signal
 */
export async function openUrl(baseUrl: string, options: OpenUrlOptions = {}): Promise<ModelSource> {
  return openUrlWith(baseUrl, options, {});
}

/** {@link openUrl} with its insides open to tests. */
export async function openUrlWith(
  baseUrl: string,
  { files, signal }: OpenUrlOptions,
  settings: RemoteFileOptions,
): Promise<ModelSource> {
  throwIfAborted(signal, `Opening ${baseUrl}`);
  const reader = new RangeReader(parseBase(baseUrl), settings);
  for (const path of files ?? []) {
    if (!isSafePath(path)) throw new InvalidArgumentError('argument.out-of-range', { name: 'files', found: path, expected: 'relative paths without ".."' });
  }
  const found = await discoverFiles(reader, files, signal);
  return urlSource(reader, found);
}

function urlSource(reader: RangeReader, files: readonly ModelFile[]): ModelSource {
  const sizes = new Map(files.map(({ path, size }) => [path, size]));
  const ahead = new ReadAhead((path, part) => reader.read(path, part));
  return {
    name: reader.base.href,
    async list({ signal } = {}) {
      throwIfAborted(signal, `Listing ${reader.base.href}`);
      return files;
    },
    async read(path: string, options: ReadOptions = {}) {
      checkReadOptions(options);
      const size = sizes.get(path);
      if (size === undefined) throw new ModelNotFoundError('model.no-file', { model: reader.base.href, file: path });
      const { offset = 0, length = Math.max(0, size - offset), signal } = options;
      if (offset + length > size) {
        throw new StorageError('storage.too-short', { path: reader.urlOf(path), found: size, expected: offset + length });
      }
      return ahead.read(path, { offset, length, size, signal });
    },
  };
}

function parseBase(baseUrl: string): URL {
  const page = (globalThis as { readonly location?: { readonly href: string } }).location?.href;
  const expected = 'an http: or https: address without user, query or fragment';
  const folder = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  if (!URL.canParse(folder, page)) throw new InvalidArgumentError('argument.out-of-range', { name: 'baseUrl', found: baseUrl, expected });
  const url = new URL(folder, page);
  const plain = url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  if (!plain || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('argument.out-of-range', { name: 'baseUrl', found: url.origin, expected });
  }
  return url;
}
