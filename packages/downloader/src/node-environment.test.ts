import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cacheDirectoryOf, endpointOf, isOffline, tokenOf } from './node-environment.js';

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mlxengine-home-'));
  await writeFile(join(home, 'token'), 'from-file\n');
  await writeFile(join(home, 'other-token'), '  from-other-file ');
});

afterAll(() => rm(home, { recursive: true }));

test.each([
  [{}, join(homedir(), '.cache/huggingface/hub')],
  [{ XDG_CACHE_HOME: '/caches' }, '/caches/huggingface/hub'],
  [{ HF_HOME: '/home/hub', XDG_CACHE_HOME: '/caches' }, '/home/hub/hub'],
  [{ HF_HOME: '~/hub' }, join(homedir(), 'hub/hub')],
  [{ HUGGINGFACE_HUB_CACHE: '/old', HF_HOME: '/home/hub' }, '/old'],
  [{ HF_HUB_CACHE: '/cache', HUGGINGFACE_HUB_CACHE: '/old', HF_HOME: '/home/hub' }, '/cache'],
  [{ HF_HUB_CACHE: '$BASE/${NAME}/$UNSET', BASE: '/base', NAME: 'name' }, '/base/name/$UNSET'],
  [{ HF_HUB_CACHE: '', HF_HOME: '' }, join(homedir(), '.cache/huggingface/hub')],
])('%j puts the cache at %s', (environment, expected) => {
  expect(cacheDirectoryOf(environment)).toBe(expected);
});

test.each([
  [{}, false], [{ HF_HUB_OFFLINE: '0' }, false], [{ HF_HUB_OFFLINE: '' }, false],
  [{ HF_HUB_OFFLINE: '1' }, true], [{ HF_HUB_OFFLINE: 'yes' }, true], [{ TRANSFORMERS_OFFLINE: 'true' }, true],
])('%j switches the network off: %s', (environment, expected) => {
  expect(isOffline(environment)).toBe(expected);
});

test('the endpoint is the default one or a mirror', () => {
  expect(endpointOf({}, 'https://hub.example')).toBe('https://hub.example');
  expect(endpointOf({ HF_ENDPOINT: 'https://mirror.example' }, 'https://hub.example')).toBe('https://mirror.example');
});

test('the token comes from the environment, else from its file', async () => {
  expect(await tokenOf({ HF_HOME: home })).toBe('from-file');
  expect(await tokenOf({ HF_HOME: home, HF_TOKEN_PATH: join(home, 'other-token') })).toBe('from-other-file');
  expect(await tokenOf({ HF_HOME: home, HF_TOKEN: ' given\r\n' })).toBe('given');
  expect(await tokenOf({ HF_HOME: home, HUGGING_FACE_HUB_TOKEN: 'old' })).toBe('old');
  expect(await tokenOf({ HF_HOME: join(home, 'nowhere') })).toBeUndefined();
  expect(await tokenOf({ HF_HOME: home, HF_TOKEN: ' ' })).toBe('from-file');
});
