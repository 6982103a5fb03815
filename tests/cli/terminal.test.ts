import { spawn, type IPty } from '@lydell/node-pty';
import { probeBackends } from 'mlxengine';
import { afterEach, describe, expect, it } from 'vitest';
import { commandFile } from './command.js';

const controlC = '\u0003';

/** `mlxengine chat` in a real pseudo-terminal. */
class Terminal {
  output = '';
  exitCode: number | undefined;
  readonly #process: IPty;

  constructor(args: readonly string[]) {
    this.#process = spawn(process.execPath, [commandFile, ...args], { cols: 100, rows: 30 });
    this.#process.onData((text) => (this.output += text));
    this.#process.onExit(({ exitCode }) => (this.exitCode = exitCode));
  }

  write(text: string): void {
    this.#process.write(text);
  }

  /** Waits until something holds; gives the milliseconds it took. */
  async until(holds: () => boolean, what: string): Promise<number> {
    const start = performance.now();
    while (!holds()) {
      if (performance.now() - start > 30_000) expect.fail(`waited for ${what}; the terminal shows: ${this.output}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return performance.now() - start;
  }

  /** Text that came after a mark. */
  since(mark: number): string {
    return this.output.slice(mark);
  }

  kill(): void {
    if (this.exitCode === undefined) this.#process.kill('SIGKILL');
  }
}

let terminal: Terminal;
afterEach(() => terminal.kill());

async function startChat(...args: string[]): Promise<void> {
  const backend = args.includes('--backend') ? [] : ['--backend', 'fallback'];
  terminal = new Terminal(['chat', ...backend, '--temperature', '0', ...args]);
  await terminal.until(() => terminal.output.includes('> '), 'the prompt');
}

/** Asks, and waits until so many characters of the answer are there. */
async function ask(question: string, characters: number): Promise<number> {
  terminal.write(`${question}\r`);
  await terminal.until(() => terminal.output.includes(question), 'the echo of the question');
  const mark = terminal.output.length;
  await terminal.until(() => terminal.since(mark).length > characters, 'the answer');
  return mark;
}

describe('mlxengine chat in a terminal', { timeout: 120_000 }, () => {
  it('answers, stops on Ctrl-C within 200 ms and keeps the chat; the next Ctrl-C leaves', async () => {
    await startChat();
    await ask('Write a very long story about the sea.', 20);
    const mark = terminal.output.length;
    terminal.write(controlC);
    const stopped = await terminal.until(() => terminal.since(mark).includes('(stopped)'), 'the stop');
    expect(stopped).toBeLessThan(200);
    await terminal.until(() => terminal.since(mark).includes('> '), 'the prompt after the stop');
    const after = await ask('What is the capital of France?', 1);
    await terminal.until(() => terminal.since(after).includes('Paris'), 'Paris');
    await terminal.until(() => terminal.since(after).includes('> '), 'the prompt after the answer');
    terminal.write(controlC);
    await terminal.until(() => terminal.exitCode !== undefined, 'the end');
    expect(terminal.exitCode).toBe(0);
  });

  it('leaves on two Ctrl-C at once, whatever was typed ahead', async () => {
    await startChat();
    await ask('Write a very long story about the sea.', 20);
    terminal.write('And then?\r');
    await new Promise((resolve) => setTimeout(resolve, 50));
    terminal.write(controlC + controlC);
    await terminal.until(() => terminal.exitCode !== undefined, 'the end');
    expect(terminal.exitCode).toBe(0);
  });

  it('shows what was typed ahead once it is its turn', async () => {
    await startChat('--max-tokens', '12');
    await ask('Count to ten.', 4);
    const mark = terminal.output.length;
    terminal.write('What is the capital of France?\r');
    await terminal.until(() => terminal.since(mark).includes('Paris'), 'the second answer');
    expect(terminal.since(mark)).toMatch(/> What is the capital of France\?\r?\n.*Paris/s);
  });

  it('does so on mlx too (skipped where the addon is not built)', async ({ skip }) => {
    const mlx = (await probeBackends()).find(({ backend }) => backend === 'mlx');
    if (mlx?.available !== true) skip('needs the backend mlx');
    await startChat('--backend', 'mlx');
    await ask('Write a very long story about the sea.', 12);
    const mark = terminal.output.length;
    terminal.write(controlC);
    expect(await terminal.until(() => terminal.since(mark).includes('(stopped)'), 'the stop')).toBeLessThan(200);
    await terminal.until(() => terminal.since(mark).includes('> '), 'the prompt after the stop');
    terminal.write(controlC);
    await terminal.until(() => terminal.exitCode !== undefined, 'the end');
    expect(terminal.exitCode).toBe(0);
  });

  it('stops on Ctrl-C while the prompt is still being read', async () => {
    await startChat();
    terminal.write(`${'Once upon a time there was a river. '.repeat(60)}\r`);
    await new Promise((resolve) => setTimeout(resolve, 150));
    const mark = terminal.output.length;
    terminal.write(controlC);
    const stopped = await terminal.until(() => terminal.since(mark).includes('(stopped)'), 'the stop');
    expect(stopped).toBeLessThan(200);
  });

  it('remembers the turns, forgets them on /clear, and leaves on Ctrl-D', async () => {
    await startChat('--stats', '--max-tokens', '8');
    await ask('My name is Ada.', 5);
    await terminal.until(() => terminal.output.includes('peak memory'), 'the statistics');
    const second = await ask('What did I say?', 5);
    await terminal.until(() => terminal.since(second).includes('peak memory'), 'the statistics');
    const cached = Number(/(\d+) cached/.exec(terminal.since(second))?.[1]);
    expect(cached).toBeGreaterThan(20);
    terminal.write('/clear\r');
    const third = await ask('What is two and two?', 5);
    await terminal.until(() => terminal.since(third).includes('peak memory'), 'the statistics');
    expect(Number(/(\d+) prompt tokens/.exec(terminal.since(third))?.[1])).toBeLessThan(45);
    terminal.write('\u0004');
    await terminal.until(() => terminal.exitCode !== undefined, 'the end');
    expect(terminal.exitCode).toBe(0);
  });
});
