import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendProbe } from '@mlxengine/core/backend';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { missing, suiteName } from '../../tests/mlx.js';
import { readBuildStatus } from '../loading/build-status.js';
import { findLibrary } from '../loading/find-library.js';
import { currentHost, type Host } from '../loading/host.js';
import { probeOnce } from './probe-cache.js';
import { probeHost } from './probe-mlx.js';
import type { ChildReport } from './child-probe.js';

const real = currentHost();
const library = findLibrary(real)?.path ?? '/nowhere/libmlx.so';
const status = { built: true, inputs: '', mlx: { source: 'a downloaded wheel', version: '0.32.4', library } };
const working: ChildReport = {
  stage: 'done',
  abiVersion: 3,
  mlxVersion: '0.32.4',
  builtForMlxVersion: '0.32.4',
  devices: [{ type: 'cpu', kind: 'cpu', name: 'a CPU', memoryBytes: 0, failure: '' }],
};

/** A machine on which everything is well, in a folder of its own; each test breaks one thing. */
let host: Host;
let folder: string;

const file = (...path: string[]): string => join(folder, ...path);

function program(name: string, lines: string): string {
  writeFileSync(file(name), `#!/bin/sh\n${lines}\n`);
  chmodSync(file(name), 0o755);
  return file(name);
}

/** In place of Node: a program that reports what a probe might find. */
const reporting = (report: object): string => program('report', `echo '${JSON.stringify({ ...working, ...report })}'`);

/** A binary that does something bad as soon as it is loaded. */
function compileAddon(onLoad: string, path: string): void {
  writeFileSync(file('bad.c'), `#include <stdlib.h>\n#include <unistd.h>\n__attribute__((constructor)) static void on_load(void) { ${onLoad}; }\n`);
  execFileSync('cc', ['-shared', '-fPIC', '-o', path, file('bad.c')]);
}

function hasCompiler(): boolean {
  try {
    return execFileSync('cc', ['--version']).length > 0;
  } catch {
    return false;
  }
}

/** The check that failed, which must be the last one. */
async function failedCheck(changes: Partial<Host> = {}): Promise<BackendProbe['checks'][number]> {
  const probe = await probeHost({ ...host, ...changes });
  expect(probe).toMatchObject({ backend: 'mlx', available: false, automatic: false });
  expect(probe.checks.slice(0, -1).filter(({ ok }) => !ok)).toEqual([]);
  const last = probe.checks.at(-1);
  if (last === undefined || last.ok) throw new Error('no check failed');
  expect(last.remedy).toBeTruthy();
  return last;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlxengine-probe-'));
  mkdirSync(file('build', 'Release'), { recursive: true });
  symlinkSync(join(real.root, 'dist'), file('dist'));
  writeFileSync(file('build', 'native-status.json'), JSON.stringify(status));
  for (const name of ['mlxengine.node', 'mlxengine_loader.node']) {
    if (missing === '') cpSync(join(real.root, 'build', 'Release', name), file('build', 'Release', name));
    else writeFileSync(file('build', 'Release', name), '');
  }
  if (missing !== '') writeFileSync(file('libmlx.so'), '');
  host = {
    ...real,
    platform: 'linux',
    arch: 'x64',
    glibcVersion: '2.36',
    root: folder,
    environment: { PATH: process.env['PATH'], ...(missing !== '' && { MLXENGINE_MLX_LIBRARY: file('libmlx.so') }) },
    cacheFolder: undefined,
    probeTimeoutMs: 20_000,
  };
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a probe that fails says what and why', () => {
  test('the platform', async () => {
    expect(await failedCheck({ platform: 'win32' })).toMatchObject({ name: 'platform', detail: 'MLX does not run on win32-x64' });
    expect(await failedCheck({ platform: 'darwin', arch: 'x64' })).toMatchObject({ name: 'platform' });
  });

  test('the C library', async () => {
    const environment = { PATH: process.env['PATH'] };
    const old = await failedCheck({ glibcVersion: '2.31', environment });
    expect(old).toMatchObject({ name: 'c-library', detail: "the C library is glibc 2.31, MLX's wheels need glibc 2.35 or newer" });
    expect(await failedCheck({ glibcVersion: undefined, environment })).toMatchObject({ name: 'c-library', detail: expect.stringContaining('not glibc') as string });
    const own = await probeHost({ ...host, glibcVersion: '2.31', environment: { MLX_ROOT: '/nowhere' } });
    expect(own.checks[1]).toMatchObject({ name: 'c-library', ok: true });
    const inWheel = file('site-packages', 'mlx', 'lib', 'libmlx.so');
    mkdirSync(join(inWheel, '..'), { recursive: true });
    mkdirSync(file('site-packages', 'mlx_cuda_13-0.32.4.dist-info'));
    writeFileSync(inWheel, '');
    const wheel = { name: 'c-library', detail: expect.stringContaining("MLX's wheels need glibc 2.35") as string };
    expect(await failedCheck({ glibcVersion: '2.31', environment: { MLXENGINE_MLX_LIBRARY: inWheel } })).toMatchObject(wheel);
    expect(await failedCheck({ glibcVersion: '2.31', environment: { MLX_ROOT: file('site-packages', 'mlx') } })).toMatchObject(wheel);
  });

  test('the build', async () => {
    writeFileSync(file('build', 'native-status.json'), JSON.stringify({ built: false, reason: 'CMake is missing', remedy: 'Install CMake.' }));
    expect(await failedCheck()).toEqual({ name: 'build', ok: false, detail: 'the addon was not built: CMake is missing', remedy: 'Install CMake.' });
    rmSync(file('build'), { recursive: true });
    expect(await failedCheck()).toMatchObject({
      name: 'build', detail: 'the addon was never built', remedy: `Build it: node ${file('scripts', 'build-native.mjs')}`,
    });
  });

  test('the addon', async () => {
    rmSync(file('build', 'Release', 'mlxengine.node'));
    const remedy = `Build it again: node ${file('scripts', 'build-native.mjs')} --force`;
    expect(await failedCheck()).toMatchObject({ name: 'addon', remedy });
  });

  test('the library', async () => {
    const gone = JSON.stringify({ ...status, mlx: { ...status.mlx, library: 'gone/libmlx.so' } });
    writeFileSync(file('build', 'native-status.json'), gone);
    expect(await failedCheck({ environment: {} })).toMatchObject({ name: 'mlx-library', detail: `${file('gone/libmlx.so')}, named by the build, does not exist` });
    const environment = { MLXENGINE_MLX_LIBRARY: '/nowhere/libmlx.so' };
    expect(await failedCheck({ environment })).toMatchObject({ name: 'mlx-library', remedy: 'Correct or unset the variable MLXENGINE_MLX_LIBRARY.' });
    expect(await failedCheck({ environment: { MLX_ROOT: '/nowhere' } })).toMatchObject({ detail: '/nowhere/lib/libmlx.so, named by MLX_ROOT, does not exist' });
  });

  test('a process that hangs', async () => {
    const detail = 'a process that loaded the addon to try it did not answer within 0.3 s';
    expect(await failedCheck({ nodePath: program('hang', 'exec sleep 60'), probeTimeoutMs: 300 })).toMatchObject({ name: 'start', detail });
  });

  test('an illegal instruction', async () => {
    const detail = expect.stringContaining('was ended by SIGILL') as string;
    expect(await failedCheck({ nodePath: program('crash', 'kill -ILL $$') })).toMatchObject({ name: 'start', detail });
  });

  test('a crash after the answer', async () => {
    const nodePath = program('late-crash', `echo '${JSON.stringify(working)}'; kill -SEGV $$`);
    expect(await failedCheck({ nodePath })).toMatchObject({ name: 'start', detail: expect.stringContaining('SIGSEGV') as string });
  });

  test('another version', async () => {
    const detail = 'libmlx is version 0.33.0, but the addon was built for 0.32.4';
    expect(await failedCheck({ nodePath: reporting({ mlxVersion: '0.33.0' }) })).toMatchObject({ name: 'start', detail });
    expect(await failedCheck({ nodePath: reporting({ abiVersion: 4 }) })).toMatchObject({ name: 'start', detail: 'the addon has ABI 4, expected 3' });
  });

  test('the device', async () => {
    const devices = [{ type: 'gpu', kind: 'cuda', name: 'a GPU', memoryBytes: 0, failure: 'no kernel image' }];
    expect(await failedCheck({ nodePath: reporting({ devices }) })).toMatchObject({ name: 'device', detail: 'cuda failed: no kernel image' });
    expect(await failedCheck({ nodePath: reporting({ devices: [] }) })).toMatchObject({ name: 'device', detail: 'MLX found no device' });
  });
});

describe('a probe that succeeds', () => {
  test('takes a GPU by itself, and the CPU only when asked', async () => {
    const gpu = { type: 'gpu', kind: 'cuda', name: 'a GPU', memoryBytes: 2 ** 30, failure: '' };
    const onGpu = await probeHost({ ...host, nodePath: reporting({ devices: [...(working.stage === 'done' ? working.devices : []), gpu] }) });
    expect(onGpu).toMatchObject({ available: true, automatic: true, device: { kind: 'cuda', name: 'a GPU', memoryBytes: 2 ** 30 } });
    const onCpu = await probeHost({ ...host, nodePath: reporting({}) });
    expect(onCpu).toMatchObject({ available: true, automatic: false, device: { kind: 'cpu' } });
  });

  test('is not repeated until a binary changes', async () => {
    const cached = { ...host, cacheFolder: file('cache') };
    expect(await probeHost({ ...cached, nodePath: reporting({}) })).toMatchObject({ available: true });
    const broken = program('crash', 'kill -ILL $$');
    expect(await probeHost({ ...cached, nodePath: broken })).toMatchObject({ available: true });
    utimesSync(file('build', 'Release', 'mlxengine.node'), 1, 1);
    expect(await probeHost({ ...cached, nodePath: broken })).toMatchObject({ available: false });
  });

  test('a file that vanishes meanwhile is a result, not an exception', async () => {
    const files = { addon: file('build', 'Release', 'mlxengine.node'), loader: file('build', 'Release', 'mlxengine_loader.node') };
    const report: ChildReport = { stage: 'library', failure: 'cannot open shared object file' };
    const nodePath = program('gone', `echo '${JSON.stringify(report)}'`);
    expect(await probeOnce({ ...host, cacheFolder: file('cache'), nodePath }, files, file('gone.so'))).toEqual({ report });
  });

  test('a failure is not remembered', async () => {
    const cached = { ...host, cacheFolder: file('cache') };
    expect(await probeHost({ ...cached, nodePath: program('crash', 'kill -ILL $$') })).toMatchObject({ available: false });
    expect(await probeHost({ ...cached, nodePath: reporting({}) })).toMatchObject({ available: true });
  });
});

describe.skipIf(missing !== '')(suiteName('a real binary', missing), () => {
  test('that is whole passes all checks', async () => {
    const { available, checks } = await probeHost(host);
    expect(available).toBe(true);
    expect(checks.map(({ name, ok }) => [name, ok])).toEqual([
      ['platform', true], ['c-library', true], ['build', true], ['addon', true], ['mlx-library', true], ['start', true], ['device', true],
    ]);
    expect(readBuildStatus(host)?.built).toBe(true);
  });

  test('that is damaged fails', async () => {
    writeFileSync(file('build', 'Release', 'mlxengine.node'), 'not a binary');
    expect(await failedCheck()).toMatchObject({ name: 'start', detail: expect.stringContaining('the addon does not load') as string });
  });

  test('whose library is damaged fails', async () => {
    writeFileSync(file('libmlx.so'), 'not a library');
    const environment = { MLXENGINE_MLX_LIBRARY: file('libmlx.so') };
    expect(await failedCheck({ environment })).toMatchObject({ name: 'start', detail: expect.stringContaining('libmlx does not load') as string });
  });

  test.skipIf(!hasCompiler())('that crashes or hangs on loading fails, and this process lives on', async () => {
    compileAddon('abort()', file('build', 'Release', 'mlxengine.node'));
    expect(await failedCheck()).toMatchObject({ name: 'start', detail: expect.stringContaining('was ended by SIGABRT') as string });
    compileAddon('for (;;) sleep(1)', file('build', 'Release', 'mlxengine.node'));
    expect(await failedCheck({ probeTimeoutMs: 1000 })).toMatchObject({ name: 'start', detail: expect.stringContaining('did not answer') as string });
  });
});
