import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { spawn } from '@lydell/node-pty';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOldMachine } from './old-machine.js';
import { runProgram, type ProgramRun } from './run-program.js';
import { temporaryFolder } from './temporary-folder.js';

const repository = resolve(import.meta.dirname, '..', '..');
const prompt = 'What is the capital of France?';

describe.skipIf(process.platform === 'win32')('a fresh clone, with Node.js 20 and without cmake, ninja, clang-format and pnpm', () => {
  const folder = temporaryFolder();
  const checkout = join(folder.path, 'checkout');
  let environment: NodeJS.ProcessEnv;
  let first: ProgramRun;
  const run = (command: string, ...args: string[]): Promise<ProgramRun> => runProgram(command, args, checkout, environment);

  beforeAll(async () => {
    environment = await makeOldMachine(folder.path);
    await runProgram('git', ['clone', '--quiet', repository, checkout], folder.path, environment);
    first = await run('npm', 'start', '--', prompt);
  }, 600_000);
  afterAll(() => folder[Symbol.dispose]());

  it('answers after one command', () => {
    expect(first.stderr).toContain('Set up in');
    expect(first.stdout).toContain('Paris');
    expect(first.status).toBe(0);
    // The whole of it, on the two cores that this has to hold on.
    expect(first.seconds).toBeLessThan(360);
  });

  it.each(['node', 'pnpm', 'cmake', 'ninja', 'clang-format'])('has %s in its own folder', async (name) => {
    const tool = join(checkout, '.toolchain', 'bin', name);
    expect(existsSync(tool)).toBe(true);
    expect(await run(tool, '--version')).toMatchObject({ status: 0 });
  });

  it('is ready in less than 2 seconds the second time', async () => {
    const times: number[] = [];
    // The best of three says what it takes, not what else the machine was doing.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const { status, stderr, seconds } = await run('npm', 'start', '--', '--version');
      expect(stderr).not.toContain('Set up in');
      expect(status).toBe(0);
      times.push(seconds);
    }
    expect(Math.min(...times)).toBeLessThan(2);
  });

  it('chats in the terminal with npm start alone', async () => {
    const terminal = spawn('npm', ['start'], { cwd: checkout, env: environment, cols: 100, rows: 30 });
    let output = '';
    terminal.onData((text) => (output += text));
    const ended = new Promise<number>((done) => terminal.onExit(({ exitCode }) => done(exitCode)));
    await expect.poll(() => output, { timeout: 60_000 }).toMatch(/leaves\.[^]*> /);
    terminal.write(`${prompt}\r`);
    await expect.poll(() => output, { timeout: 60_000 }).toMatch(/France\?[^]*Paris[^]*> /);
    terminal.write('\u0004');
    expect(await ended).toBe(0);
  }, 130_000);

  it.each(['fallback', 'mlx'])('answers with npx mlxengine on %s', async (backend) => {
    const { status, stdout } = await run('npx', 'mlxengine', 'run', prompt, '--model', 'smollm2', '--backend', backend);
    expect(stdout).toContain('Paris');
    expect(status).toBe(0);
  }, 120_000);
});
