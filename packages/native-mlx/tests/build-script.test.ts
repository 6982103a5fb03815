import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packageRoot } from '../src/loading/package-root.js';

interface Run {
  readonly code: number;
  readonly output: string;
  readonly status: { readonly built: boolean; readonly reason?: string; readonly remedy?: string };
}

let folder: string;

/** Runs the script of a copy of the package, with the programs that are named and no others on PATH. */
function build(programs: Readonly<Record<string, string>>, variables: Readonly<Record<string, string>> = {}): Promise<Run> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs)) writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return new Promise((resolve) => {
    const env = { PATH: bin, HOME: folder, ...variables };
    execFile(process.execPath, [join(folder, 'scripts', 'build-native.mjs')], { env }, (error, stdout, stderr) => {
      const status = JSON.parse(readFileSync(join(folder, 'build', 'native-status.json'), 'utf8')) as Run['status'];
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr, status });
    });
  });
}

const compiler = { cmake: 'exit 1', 'c++': 'exit 1' };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlxengine-build-'));
  for (const name of ['package.json', 'CMakeLists.txt', 'native', 'scripts']) cpSync(join(packageRoot(), name), join(folder, name), { recursive: true });
  symlinkSync(join(packageRoot(), 'node_modules'), join(folder, 'node_modules'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.skipIf(process.platform === 'win32')('the build script ends well and writes down', () => {
  test('that CMake is missing', async () => {
    const { code, output, status } = await build({ 'c++': 'exit 1' });
    expect(code).toBe(0);
    expect(status).toMatchObject({ built: false, reason: 'CMake is missing' });
    expect(output).toContain('The native addon is not built, so MLX cannot be used here: CMake is missing');
    expect(status.remedy).toContain(`build again: node ${join(folder, 'scripts', 'build-native.mjs')}`);
  });

  test('nothing of CMake where the set-up of the checkout put one', async () => {
    // The package is two folders below its checkout.
    const checkout = folder;
    folder = join(checkout, 'packages', 'native-mlx');
    mkdirSync(folder, { recursive: true });
    for (const name of ['package.json', 'CMakeLists.txt', 'native', 'scripts', 'node_modules']) renameSync(join(checkout, name), join(folder, name));
    const tools = join(checkout, '.toolchain', 'bin');
    mkdirSync(tools, { recursive: true });
    writeFileSync(join(tools, 'cmake'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    const { status } = await build({});
    folder = checkout;
    expect(status).toMatchObject({ built: false, reason: 'a C++ compiler is missing' });
  });

  test('that a compiler is missing', async () => {
    const { code, status } = await build({ cmake: 'exit 1' });
    expect(code).toBe(0);
    expect(status).toMatchObject({ built: false, reason: 'a C++ compiler is missing' });
  });

  test('that MLX_ROOT holds no MLX', async () => {
    const { code, status } = await build(compiler, { MLX_ROOT: '/nowhere' });
    expect(code).toBe(0);
    expect(status).toMatchObject({ built: false, remedy: expect.stringContaining('Correct MLX_ROOT or unset it, and build again: node ') as string });
    expect(status.reason).toContain('MLX_ROOT is /nowhere');
  });

  test('that MLX cannot be had, with the words of pip', async () => {
    const { code, status } = await build({ ...compiler, python3: 'echo "no such wheel" >&2; exit 1' });
    expect(code).toBe(0);
    expect(status.reason).toContain('python3: no such wheel');
    expect(status.remedy).toContain('pip install mlx==');
  });

  test('that it does not compile', async () => {
    const prefix = join(folder, 'prefix');
    mkdirSync(join(prefix, 'include', 'mlx'), { recursive: true });
    mkdirSync(join(prefix, 'lib'));
    writeFileSync(join(prefix, 'lib', process.platform === 'darwin' ? 'libmlx.dylib' : 'libmlx.so'), '');
    writeFileSync(join(prefix, 'include', 'mlx', 'version.h'), '#define MLX_VERSION_MAJOR 0\n#define MLX_VERSION_MINOR 32\n#define MLX_VERSION_PATCH 4\n');
    const { code, status } = await build({ ...compiler, cmake: 'echo "error: on purpose" >&2; exit 1' }, { MLX_ROOT: prefix });
    expect(code).toBe(0);
    expect(status.reason).toContain('it does not compile');
    const other = { MLX_ROOT: prefix, MLXENGINE_OTHER: '1' };
    writeFileSync(join(prefix, 'include', 'mlx', 'version.h'), '#define MLX_VERSION_MAJOR 0\n#define MLX_VERSION_MINOR 33\n#define MLX_VERSION_PATCH 0\n');
    rmSync(join(folder, 'bin'), { recursive: true });
    expect((await build(compiler, other)).status.reason).toContain('which has MLX 0.33.0, expected 0.32.4');
  });
});
