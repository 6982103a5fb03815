import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { logExchange, sendText, type Exchange } from './answer.js';
import { FaultList, type HubFaultRule } from './faults.js';
import type { HubRequest } from './hub-request.js';
import { prepareRepository, type HubRepository, type ServedRepository } from './hub-repository.js';
import { answerContent, answerHub, type HubState } from './routes.js';

/** What a hub server serves. */
export interface HubServerOptions {
  readonly repositories: readonly HubRepository[];
  /** Tokens that may read private and gated repositories; default: none. */
  readonly tokens?: readonly string[];
  /** Old ids to new ones; requests for the old are redirected. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** Entries a page of a listing; default 1000. */
  readonly pageSize?: number;
}

/** A running hub server on the loopback interface. */
export interface HubServer extends AsyncDisposable {
  /** Address of the hub, for `HF_ENDPOINT`. */
  readonly endpoint: string;
  /** Address of the second host, with the large files. */
  readonly contentEndpoint: string;
  /** Requests that are over, in the order in which they ended. */
  readonly requests: readonly HubRequest[];
  /** Bytes of all bodies that were sent, those of requests that are under way included. */
  sentBytes(): number;
  /** Commit of a repository's `main`; `undefined` where there is no such repository. */
  commitOf(id: string): string | undefined;
  /** Adds a repository, or puts it in the place of one of the same id. */
  publish(repository: HubRepository): Promise<void>;
  /** Misbehaves from now on. */
  addFault(rule: HubFaultRule): void;
  clearFaults(): void;
  clearRequests(): void;
  /** Stops both hosts at once, open connections included. */
  close(): Promise<void>;
}

/**
 * Serves model repositories over real HTTP as a hub does, as far as `@huggingface/hub` and Python's `huggingface_hub` ask:
 * information, listings in pages, files with ranges and etags, large files by redirect to a second host, private and
 * gated repositories. It misbehaves on command. Listens on the loopback interface alone.
 */
export async function startHubServer(options: HubServerOptions): Promise<HubServer> {
  const repositories = new Map<string, ServedRepository>();
  const publish = async (repository: HubRepository): Promise<void> => {
    repositories.set(repository.id, await prepareRepository(repository));
  };
  for (const repository of options.repositories) await publish(repository);
  const faults = new FaultList();
  const traffic = { sentBytes: 0 };
  const requests: HubRequest[] = [];
  const addresses = { endpoint: '', contentEndpoint: '' };
  const { tokens = [], renamed = {}, pageSize = 1000 } = options;
  const state = (): HubState => ({ repositories, renamed, tokens, faults, pageSize, ...addresses });
  const hub = listener('hub', { requests, traffic }, (exchange) => answerHub(exchange, state()));
  const content = listener('content', { requests, traffic }, (exchange) => answerContent(exchange, state()));
  addresses.endpoint = await listen(hub);
  addresses.contentEndpoint = await listen(content);
  const close = async (): Promise<void> => {
    await Promise.all([stop(hub), stop(content)]);
  };
  return {
    ...addresses,
    requests,
    sentBytes: () => traffic.sentBytes,
    commitOf: (id) => repositories.get(id)?.commit,
    publish,
    addFault: (rule) => faults.add(rule),
    clearFaults: () => faults.clear(),
    clearRequests: () => requests.splice(0),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A hub lets pages of other sites ask it, with their own headers, and see these. */
const sharing: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*, authorization',
  'access-control-expose-headers': 'X-Repo-Commit, X-Linked-Size, X-Linked-Etag, X-Error-Code, X-Error-Message, ETag, Link, Accept-Ranges, Content-Range',
};

/** What the listeners note. */
interface Notes {
  readonly requests: HubRequest[];
  readonly traffic: Exchange['traffic'];
}

function listener(host: 'hub' | 'content', { requests, traffic }: Notes, answer: (exchange: Exchange) => Promise<void>): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub.invalid');
    const exchange: Exchange = { host, request, response, url, sentBytes: 0, traffic };
    logExchange(exchange, requests);
    for (const [name, value] of Object.entries(sharing)) response.setHeader(name, value);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    answer(exchange).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendText(exchange, 500, String(error));
    });
  });
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
