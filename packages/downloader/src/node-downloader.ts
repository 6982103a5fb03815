import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { DiskStore } from './cache/disk-store.js';
import type { DownloaderOptions } from './downloader-options.js';
import type { Fetch } from './http/exchange.js';
import { defaultRetryPolicy, type RetryPolicy } from './http/retry.js';
import { checkEndpoint, cleanToken } from './hub/endpoint.js';
import { fetchWithToken, followRedirects, type HubConnection } from './hub/hub-connection.js';
import { hubLibrary } from './hub/hub-library-node.js';
import { HubDownloader } from './hub-downloader.js';
import { cacheDirectoryOf, endpointOf, isOffline, tokenOf, type Environment } from './node-environment.js';
import type { ModelStore } from './store/model-store.js';
import type { CreateHasher } from './transfer/hasher.js';

/** What tests put in the place of the world. */
export interface NodeSurroundings {
  readonly environment?: Environment;
  readonly fetch?: Fetch;
  readonly policy?: RetryPolicy;
  readonly openStore?: (cacheDirectory: string) => ModelStore;
}

const createHasher: CreateHasher = (algorithm) => {
  const hash = createHash(algorithm);
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
};

/** A downloader into the hub cache on disk; what the options leave open, the environment says. */
export function nodeDownloader(options: DownloaderOptions, surroundings: NodeSurroundings = {}): HubDownloader {
  const {
    environment = process.env,
    fetch = (url, init) => globalThis.fetch(url, init),
    policy = defaultRetryPolicy,
    openStore = (cacheDirectory) => new DiskStore(cacheDirectory),
  } = surroundings;
  const endpoint = checkEndpoint(options.endpoint ?? endpointOf(environment, hubLibrary.defaultEndpoint));
  return new HubDownloader({
    store: openStore(resolve(options.cacheDirectory ?? cacheDirectoryOf(environment))),
    library: hubLibrary,
    createHasher,
    offline: options.offline ?? isOffline(environment),
    async connect(): Promise<HubConnection> {
      const token = options.token === undefined ? await tokenOf(environment) : cleanToken(options.token);
      return { endpoint, token, policy, fetch: followRedirects(fetchWithToken(fetch, endpoint, token)) };
    },
  });
}
