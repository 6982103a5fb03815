import { spawn } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { spawn as spawnInTerminal } from '@lydell/node-pty';
import { describe, expect, it, vi } from 'vitest';

const helper = pathToFileURL(resolve(import.meta.dirname, '../../packages/mlxengine/bin/run-in-place.mjs')).href;

/** Arguments for Node.js that run this program in place of another process. */
function inPlace(program: string): string[] {
  const outer = `import { runInPlace } from ${JSON.stringify(helper)};
    runInPlace(process.execPath, ['-e', ${JSON.stringify(program)}]);`;
  return ['--input-type=module', '-e', outer];
}

// Counts what reaches it.
const counting = `let interrupts = 0;
  process.on('SIGINT', () => { interrupts += 1; });
  setTimeout(() => { console.log('interrupts: ' + interrupts); process.exit(42); }, 1500);
  console.log('ready');`;

describe.skipIf(process.platform === 'win32')('a process that runs another in its place', () => {
  it('ends with its exit code', async () => {
    const outer = spawn(process.execPath, inPlace('process.exit(7)'));
    const code = await new Promise((done) => outer.once('exit', done));
    expect(code).toBe(7);
  });

  it('ends by the signal that ended it', async () => {
    const outer = spawn(process.execPath, inPlace("process.kill(process.pid, 'SIGKILL')"));
    const signal = await new Promise((done) => outer.once('exit', (_, name) => done(name)));
    expect(signal).toBe('SIGKILL');
  });

  it('passes signals on, and lives until the other is done', async () => {
    const program = "process.on('SIGTERM', () => setTimeout(() => process.exit(3), 200)); setInterval(() => {}, 1000); console.log('ready')";
    const outer = spawn(process.execPath, inPlace(program));
    outer.stdout.once('data', () => outer.kill('SIGTERM'));
    const code = await new Promise((done) => outer.once('exit', done));
    expect(code).toBe(3);
  });

  it('passes an interrupt on where there is no terminal', async () => {
    const outer = spawn(process.execPath, inPlace(counting));
    let output = '';
    outer.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    outer.stdout.once('data', () => outer.kill('SIGINT'));
    expect(await new Promise((done) => outer.once('exit', done))).toBe(42);
    expect(output).toContain('interrupts: 1');
  });

  it('lets each Ctrl-C in a terminal reach the other once', async () => {
    const terminal = spawnInTerminal(process.execPath, inPlace(counting), { cols: 80, rows: 24 });
    let output = '';
    terminal.onData((text) => (output += text));
    const exit = new Promise<{ exitCode: number }>((done) => terminal.onExit(done));
    await vi.waitUntil(() => output.includes('ready'), { timeout: 10_000 });
    // Two signals in the same instant count as one, so a doubled one would show in one of these at the latest.
    for (let press = 0; press < 5; press += 1) {
      terminal.write('\u0003');
      await new Promise((done) => setTimeout(done, 100));
    }
    const { exitCode } = await exit;
    expect(output).toContain('interrupts: 5');
    expect(exitCode).toBe(42);
  });
});
