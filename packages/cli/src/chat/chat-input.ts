import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import type { CommandInput } from '../command.js';

/**
 * Lines that a person types, or that come through a pipe. While an answer is being written, what is typed is kept for the
 * next question and not shown in the middle of it, and Ctrl-C goes to the answer; otherwise Ctrl-C ends the input.
 */
export class ChatInput implements Disposable {
  readonly #readline: Interface;
  readonly #terminal: boolean;
  readonly #stdout: CommandInput['stdout'];
  readonly #waiting: string[] = [];
  #wanted: ((line: string | undefined) => void) | undefined;
  #ended = false;
  #muted = false;
  #onInterrupt: (() => void) | undefined;

  constructor({ stdin, stdout, signal }: Pick<CommandInput, 'stdin' | 'stdout' | 'signal'>) {
    const terminal = stdin.isTTY === true && stdout.isTTY === true;
    this.#terminal = terminal;
    this.#stdout = stdout;
    const output = new Writable({
      write: (chunk: Uint8Array, _encoding, done) => (this.#muted ? done() : stdout.write(chunk, () => done())),
    });
    // The real terminal's width decides where a long line wraps.
    Object.defineProperty(output, 'columns', { get: () => (stdout as { readonly columns?: number }).columns });
    this.#readline = createInterface({ input: stdin, output, terminal, prompt: terminal ? '> ' : '' });
    this.#readline.on('line', (line) => this.#take(line));
    this.#readline.on('SIGINT', () => this.#interrupt());
    this.#readline.on('close', () => this.#end());
    signal.addEventListener('abort', () => {
      this.#onInterrupt?.();
      this.#end();
    });
  }

  /** The next line; `undefined` at the end. */
  async next(): Promise<string | undefined> {
    const line = this.#ended ? undefined : this.#waiting.shift();
    // What was typed during the answer was not shown then.
    if (line !== undefined && this.#terminal) this.#stdout.write(`> ${line}\n`);
    if (line !== undefined || this.#ended) return line;
    this.#readline.prompt();
    return new Promise((resolve) => (this.#wanted = resolve));
  }

  /** Runs while an answer is written; Ctrl-C calls `interrupt`. */
  async whileAnswering<Result>(interrupt: () => void, work: () => Promise<Result>): Promise<Result> {
    this.#muted = true;
    this.#onInterrupt = interrupt;
    try {
      return await work();
    } finally {
      this.#onInterrupt = undefined;
      this.#muted = false;
    }
  }

  [Symbol.dispose](): void {
    this.#readline.close();
  }

  /** The first Ctrl-C during an answer stops it and forgets what was typed ahead; any other one leaves. */
  #interrupt(): void {
    const stopAnswer = this.#onInterrupt;
    this.#onInterrupt = undefined;
    this.#waiting.length = 0;
    if (stopAnswer === undefined) this.#end();
    else stopAnswer();
  }

  #take(line: string): void {
    if (this.#wanted === undefined) {
      this.#waiting.push(line);
      return;
    }
    this.#wanted(line);
    this.#wanted = undefined;
  }

  #end(): void {
    if (this.#terminal && this.#wanted !== undefined) this.#stdout.write('\n');
    this.#ended = true;
    this.#wanted?.(undefined);
    this.#wanted = undefined;
  }
}
