import { refuse, sendContent, sendJson, sendText, strike, type Exchange } from './answer.js';
import type { FaultList } from './faults.js';
import type { HubTreeEntry, ServedRepository } from './hub-repository.js';

/** What the routes look things up in. */
export interface HubState {
  readonly repositories: ReadonlyMap<string, ServedRepository>;
  /** Old ids to new ones. */
  readonly renamed: Readonly<Record<string, string>>;
  readonly tokens: readonly string[];
  readonly faults: FaultList;
  /** Entries a page of a listing. */
  readonly pageSize: number;
  /** Addresses of both hosts, without a slash at the end. */
  readonly endpoint: string;
  readonly contentEndpoint: string;
}

/** Answers a request to the first host: API and links to files. */
export async function answerHub(exchange: Exchange, state: HubState): Promise<void> {
  const path = decodeURIComponent(exchange.url.pathname);
  const api = /^\/api\/models\/([^/]+\/[^/]+)(?:\/(revision|tree)\/(.+))?$/.exec(path);
  const resolve = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+|refs\/[^/]+\/[^/]+)\/(.+)$/.exec(path);
  if (resolve !== null) exchange.file = resolve[3] ?? '';
  const faults = strike(exchange, state.faults);
  if (faults === 'answered') return;
  const id = api?.[1] ?? resolve?.[1] ?? '';
  if (redirectRenamed(exchange, state, id)) return;
  const repository = state.repositories.get(id);
  if (repository === undefined || !maySee(exchange, repository, state)) {
    refuseUnknown(exchange, state);
    return;
  }
  const revision = api === null ? resolve?.[2] ?? '' : api[3] ?? 'main';
  if (!hasRevision(repository, revision)) {
    refuse(exchange, 404, 'RevisionNotFound', `Invalid rev id: ${revision}`);
    return;
  }
  if (resolve !== null) await answerResolve(exchange, state, repository, faults);
  else if (api?.[2] === 'tree') answerTree(exchange, state, repository);
  else answerInfo(exchange, repository);
}

/** Answers a request to the second host: `/<repository>/<path>?signature=…`, as a storage with signed links does. */
export async function answerContent(exchange: Exchange, state: HubState): Promise<void> {
  const [, owner = '', name = '', ...rest] = decodeURIComponent(exchange.url.pathname).split('/');
  exchange.file = rest.join('/');
  const faults = strike(exchange, state.faults);
  if (faults === 'answered') return;
  const content = state.repositories.get(`${owner}/${name}`)?.contents.get(exchange.file);
  if (content === undefined || exchange.url.searchParams.get('signature') !== content.sha256) {
    sendText(exchange, 403, 'no such link');
    return;
  }
  await sendContent(exchange, content, { etag: `"${content.sha256.slice(0, 32)}"` }, faults);
}

function answerInfo(exchange: Exchange, { id, commit, access, entries }: ServedRepository): void {
  sendJson(exchange, {
    _id: commit.slice(0, 24),
    id,
    modelId: id,
    sha: commit,
    private: access === 'private',
    gated: access === 'gated' ? 'manual' : false,
    disabled: false,
    downloads: 0,
    likes: 0,
    tags: [],
    lastModified: '2026-01-01T00:00:00.000Z',
    createdAt: '2026-01-01T00:00:00.000Z',
    siblings: entries.map(({ path }) => ({ rfilename: path })),
  });
}

function answerTree(exchange: Exchange, { pageSize, endpoint }: HubState, { entries, listing }: ServedRepository): void {
  const all: readonly unknown[] = listing === undefined ? withFolders(entries) : listing(withFolders(entries));
  const start = Number(exchange.url.searchParams.get('cursor') ?? 0);
  const next = new URL(`${endpoint}${exchange.request.url ?? ''}`);
  next.searchParams.set('cursor', String(start + pageSize));
  const headers: Record<string, string> = start + pageSize < all.length ? { link: `<${next.href}>; rel="next"` } : {};
  sendJson(exchange, all.slice(start, start + pageSize), headers);
}

function withFolders(entries: readonly HubTreeEntry[]): readonly HubTreeEntry[] {
  const folders = new Set(entries.filter(({ path }) => path.includes('/')).map(({ path }) => path.slice(0, path.lastIndexOf('/'))));
  return [...[...folders].map((path) => ({ type: 'directory', path, size: 0, oid: '0'.repeat(40) })), ...entries];
}

async function answerResolve(
  exchange: Exchange,
  { contentEndpoint, tokens }: HubState,
  repository: ServedRepository,
  faults: Parameters<typeof sendContent>[3],
): Promise<void> {
  if (repository.access === 'gated' && !isKnown(exchange, tokens)) {
    const status = exchange.request.headers.authorization === undefined ? 401 : 403;
    refuse(exchange, status, 'GatedRepo', `Access to model ${repository.id} is restricted.`);
    return;
  }
  const entry = repository.entries.find(({ path }) => path === exchange.file);
  const content = repository.contents.get(exchange.file ?? '');
  if (entry === undefined || content === undefined) {
    refuse(exchange, 404, 'EntryNotFound', 'Entry not found');
    return;
  }
  const commit = { 'x-repo-commit': repository.commit };
  if (entry.lfs === undefined) {
    await sendContent(exchange, content, { ...commit, etag: `"${entry.oid}"` }, faults);
    return;
  }
  const link = `${contentEndpoint}/${repository.id}/${entry.path.split('/').map(encodeURIComponent).join('/')}?signature=${content.sha256}`;
  sendText(exchange, 302, 'Found', { ...commit, location: link, 'x-linked-etag': `"${content.sha256}"`, 'x-linked-size': String(content.size) });
}

function redirectRenamed(exchange: Exchange, { renamed, endpoint }: HubState, id: string): boolean {
  const now = Object.hasOwn(renamed, id) ? renamed[id] : undefined;
  if (now === undefined) return false;
  sendText(exchange, 307, 'Temporary Redirect', { location: `${endpoint}${(exchange.request.url ?? '').replace(id, now)}` });
  return true;
}

/** The hub answers 401 without a token also for what does not exist, so that nobody learns what is private. */
function refuseUnknown(exchange: Exchange, { tokens }: HubState): void {
  const { authorization } = exchange.request.headers;
  if (authorization === undefined) refuse(exchange, 401, 'RepoNotFound', 'Repository not found');
  else if (isKnown(exchange, tokens)) refuse(exchange, 404, 'RepoNotFound', 'Repository not found');
  else sendText(exchange, 401, 'Invalid credentials', { 'x-error-message': 'Invalid credentials in Authorization header' });
}

function maySee(exchange: Exchange, { access }: ServedRepository, { tokens }: HubState): boolean {
  return access !== 'private' || isKnown(exchange, tokens);
}

function isKnown(exchange: Exchange, tokens: readonly string[]): boolean {
  return tokens.some((token) => exchange.request.headers.authorization === `Bearer ${token}`);
}

function hasRevision({ commit, revisions }: ServedRepository, revision: string): boolean {
  return revision === 'main' || revision === 'HEAD' || revision === commit || revisions?.includes(revision) === true;
}
