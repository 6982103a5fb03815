import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findLibrary, type MLXLibrary } from './find-library.js';

let prefix: string;

beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), 'mlxengine-library-'));
});

afterEach(() => rmSync(prefix, { recursive: true, force: true }));

function find(): MLXLibrary | undefined {
  return findLibrary({ root: prefix, platform: 'linux', environment: { MLX_ROOT: prefix } });
}

function write(folder: string): string {
  mkdirSync(join(prefix, folder));
  writeFileSync(join(prefix, folder, 'libmlx.so'), '');
  return join(prefix, folder, 'libmlx.so');
}

test('MLX_ROOT is searched where the build searches it: lib, then lib64', () => {
  expect(find()).toEqual({ path: join(prefix, 'lib', 'libmlx.so'), from: 'MLX_ROOT', exists: false });
  const second = write('lib64');
  expect(find()).toEqual({ path: second, from: 'MLX_ROOT', exists: true });
  const first = write('lib');
  expect(find()).toEqual({ path: first, from: 'MLX_ROOT', exists: true });
});
