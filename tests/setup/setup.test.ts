import { existsSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSandbox, type Sandbox } from './sandbox.js';

const installs = 'install --frozen-lockfile --reporter=append-only';

function pnpmCalls(root: string): string[] {
  return readFileSync(join(root, '..', 'pnpm-calls'), 'utf8').trim().split('\n');
}

describe.skipIf(process.platform === 'win32')('the set-up', () => {
  it('sets everything up, says how long each step took, and hands over to the command', () => {
    using sandbox = createSandbox();
    const { status, stdout, stderr } = sandbox.start('Hello there');
    expect(stderr).toMatch(/✓ Installing packages \(\d+\.\d s\)/);
    expect(stderr).toMatch(/Set up in \d+\.\d s\./);
    expect(stdout).toBe('run|Hello there|--model|smollm2\n');
    expect(status).toBe(0);
  });

  it('does nothing, and says nothing, the second time', () => {
    using sandbox = createSandbox();
    sandbox.start();
    const calls = pnpmCalls(sandbox.root);
    const { stdout, stderr } = sandbox.start();
    expect(stdout).toBe('chat|--model|smollm2\n');
    expect(stderr).toBe('');
    expect(pnpmCalls(sandbox.root)).toEqual(calls);
  });

  it('keeps the Node.js that it runs on when that is its own', () => {
    using sandbox = createSandbox();
    sandbox.usePrivateNode();
    expect(sandbox.start().status).toBe(0);
    expect(existsSync(join(sandbox.root, '.toolchain', 'bin', 'node'))).toBe(true);
  });

  it('goes on where a failure stopped it', () => {
    using sandbox = createSandbox();
    sandbox.program('pnpm-stand-in', 'if [ "$1" = exec ]; then echo "no space left on device" >&2; exit 1; fi\necho "$@" >> "$SANDBOX/pnpm-calls"\nmkdir -p "$SANDBOX/checkout/node_modules"; touch "$SANDBOX/checkout/node_modules/.modules.yaml"');
    const failed = sandbox.start();
    expect(failed.status).toBe(1);
    expect(failed.stdout).toBe('');
    expect(failed.stderr).toContain('no space left on device');
    expect(failed.stderr).toMatch(/The build failed\.\nMend what the lines above name and start again/);

    sandbox.program('pnpm', 'mkdir -p "$SANDBOX/checkout/packages/mlxengine/dist"');
    rmSync(join(sandbox.root, '.toolchain', 'bin', 'pnpm'));
    sandbox.program('npm', 'mkdir -p "$3/node_modules/@pnpm/exe.test"\ncp "$SANDBOX/bin/pnpm" "$3/node_modules/@pnpm/exe.test/pnpm"');
    expect(sandbox.start().status).toBe(0);
    expect(pnpmCalls(sandbox.root)).toEqual([installs]);
  });

  it('builds again, and only that, when a source has changed', () => {
    using sandbox = createSandbox();
    sandbox.start();
    const before = pnpmCalls(sandbox.root).length;
    const source = join(sandbox.root, 'packages', 'mlxengine', 'bin', 'node-version.mjs');
    utimesSync(source, new Date(), new Date(Date.now() + 5000));
    expect(sandbox.start().status).toBe(0);
    expect(pnpmCalls(sandbox.root).slice(before)).toEqual([expect.stringMatching(/^exec turbo run build /)]);
  });

  it.each([
    ['a compiler has come', (sandbox) => sandbox.program('g++', 'exit 0')],
    ['CMake has come', (sandbox) => sandbox.program('cmake', 'echo "cmake version 4.4.4"')],
    ['a variable of the native build has changed', (sandbox) => sandbox.variable('MLXENGINE_PYTHON', '/opt/python/bin/python3')],
    ['the starter model is gone', ({ root }) => rmSync(join(root, 'packages', 'starter-model', 'checkpoint', 'starter-model.json'))],
  ] satisfies [string, (sandbox: Sandbox) => void][])('builds again when %s', (_, change) => {
    using sandbox = createSandbox();
    sandbox.remove('cmake');
    sandbox.start();
    const before = pnpmCalls(sandbox.root).length;
    change(sandbox);
    expect(sandbox.start().status).toBe(0);
    expect(pnpmCalls(sandbox.root).slice(before)).toEqual([expect.stringMatching(/^exec turbo run build /)]);
  });

  it('installs again when the lockfile has changed', () => {
    using sandbox = createSandbox();
    sandbox.start();
    const before = pnpmCalls(sandbox.root).length;
    writeFileSync(join(sandbox.root, 'pnpm-lock.yaml'), 'lockfileVersion: "9.0"\n');
    sandbox.start();
    expect(pnpmCalls(sandbox.root).slice(before)[0]).toBe(installs);
  });

  it('names the remedy without a network', () => {
    using sandbox = createSandbox();
    sandbox.program('npm', 'echo "npm error network request to the registry failed" >&2; exit 1');
    const { status, stderr } = sandbox.start();
    expect(status).toBe(1);
    expect(stderr).toContain('network request to the registry failed');
    expect(stderr).toMatch(/npm could not install pnpm@.+\nCheck the connection to the npm registry/);
  });

  it('goes on without Python, and says what that costs and what to do', () => {
    using sandbox = createSandbox();
    for (const name of ['cmake', 'clang-format']) sandbox.program(name, 'exit 127');
    const { status, stderr } = sandbox.start();
    expect(status).toBe(0);
    expect(stderr).toMatch(/Neither pip nor uv could install cmake, clang-format, .+ By hand: pip install cmake==\S+ clang-format==\S+/);
  });

  it('tries again, without waiting long, to get the tools that the first start could not get', () => {
    using sandbox = createSandbox();
    sandbox.program('ninja', 'exit 127');
    sandbox.program('python3', 'echo "retries: $PIP_RETRIES" >> "$SANDBOX/pip-calls"; exit 1');
    sandbox.start();
    expect(sandbox.start().stderr).toContain('Neither pip nor uv could install ninja');
    expect(readFileSync(join(sandbox.root, '..', 'pip-calls'), 'utf8')).toBe('retries: \nretries: 0\n');
    sandbox.program('python3', 'mkdir -p "$7/bin"\ntouch "$7/bin/ninja"');
    const { stderr } = sandbox.start();
    expect(stderr).toContain('✓ Getting CMake, ninja');
    expect(existsSync(join(sandbox.root, '.toolchain', 'bin', 'ninja'))).toBe(true);
    expect(sandbox.start().stderr).toBe('');
  });

  it('takes from PyPI what is missing or too old, and nothing else', () => {
    using sandbox = createSandbox();
    sandbox.program('cmake', 'echo "cmake version 3.16.3"');
    sandbox.program('python3', 'echo "$@" > "$SANDBOX/pip-call"\nmkdir -p "$7/cmake/data/bin"\ntouch "$7/cmake/data/bin/cmake"');
    sandbox.start();
    const call = readFileSync(join(sandbox.root, '..', 'pip-call'), 'utf8');
    expect(call).toMatch(/-m pip install .* cmake==\S+\n$/);
    expect(existsSync(join(sandbox.root, '.toolchain', 'bin', 'cmake'))).toBe(true);
  });

  it('falls back to uv where Python has no pip', () => {
    using sandbox = createSandbox();
    sandbox.program('ninja', 'exit 127');
    sandbox.program('python3', 'echo "No module named pip" >&2; exit 1');
    sandbox.program('uv', 'echo "$@" > "$SANDBOX/uv-call"\nmkdir -p "$5/bin"\ntouch "$5/bin/ninja"');
    const { stderr } = sandbox.start();
    expect(readFileSync(join(sandbox.root, '..', 'uv-call'), 'utf8')).toMatch(/^pip install .* ninja==/);
    expect(stderr).not.toContain('Neither pip nor uv');
    expect(existsSync(join(sandbox.root, '.toolchain', 'bin', 'ninja'))).toBe(true);
  });
});
