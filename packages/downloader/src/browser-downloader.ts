import { InvalidArgumentError, type Downloader } from '@mlxengine/core';
import type { DownloaderOptions } from './downloader-options.js';
import { defaultRetryPolicy } from './http/retry.js';
import { checkEndpoint, cleanToken } from './hub/endpoint.js';
import { fetchWithToken } from './hub/hub-connection.js';
import { hubLibrary } from './hub/hub-library-browser.js';
import { HubDownloader } from './hub-downloader.js';
import { OpfsStore } from './opfs/opfs-store.js';
import { Sha1 } from './transfer/sha1.js';
import { Sha256 } from './transfer/sha256.js';

/**
 * A downloader from the Hugging Face hub, or a mirror, into the page's private file system (OPFS), which all pages of the
 * site share. A model that is complete there is taken from it without network.
 * @throws `InvalidArgumentError` where the endpoint is no web address or the folder's name is no name; the downloader's
 * methods throw `StorageError` where the browser has no private file system
 */
export function createDownloader(options: DownloaderOptions = {}): Downloader {
  const endpoint = checkEndpoint(options.endpoint ?? hubLibrary.defaultEndpoint);
  const token = cleanToken(options.token ?? '');
  const fetch = fetchWithToken((url, init) => globalThis.fetch(url, init), endpoint, token);
  return new HubDownloader({
    store: new OpfsStore(checkFolder(options.cacheDirectory ?? 'mlxengine')),
    library: hubLibrary,
    createHasher: (algorithm) => (algorithm === 'sha1' ? new Sha1() : new Sha256()),
    offline: options.offline ?? false,
    connect: async () => ({ endpoint, token, fetch, policy: defaultRetryPolicy }),
  });
}

function checkFolder(name: string): string {
  if (/^[\w][\w.-]*$/.test(name)) return name;
  throw new InvalidArgumentError('argument.out-of-range', { name: 'cacheDirectory', found: name, expected: 'a name without slashes' });
}
