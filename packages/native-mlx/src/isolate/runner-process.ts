import { fork, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { packageRoot } from '../loading/package-root.js';
import type { FromRunner, ToRunner } from './protocol.js';

/** Who hears of a process. */
export interface RunnerListener {
  readonly onMessage: (message: FromRunner) => void;
  /** Told once, after the last message, with what became of it: `was ended by SIGSEGV: …`. */
  readonly onEnd: (reason: string) => void;
}

// What a process says on its way out is at the end of its output.
const wordsKept = 2048;
const wordsTold = 400;

/** A runner in a process of its own. It ends with this process, and its output is not mixed into this one's. */
export class RunnerProcess {
  readonly #child: ChildProcess;
  readonly #listener: RunnerListener;
  #words = '';
  #end: string | undefined;
  #told = false;
  readonly #killAtExit = (): void => void this.kill();

  constructor(listener: RunnerListener) {
    this.#listener = listener;
    this.#child = fork(join(packageRoot(), 'dist', 'isolate-runner.js'), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Not the host's own flags: a debugger's port is taken, and a loader is not for this script.
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    this.#child.on('message', (message: FromRunner) => listener.onMessage(message));
    this.#child.on('error', (error) => this.#ended(`could not be started: ${error.message}`, true));
    // Messages that it sent before its end are still on their way at `exit`, and all are there at `disconnect`.
    this.#child.on('exit', (code, signal) => this.#ended(signal === null ? `ended with code ${code}` : `was ended by ${signal}`, !this.#child.connected));
    this.#child.on('disconnect', () => this.#ended(undefined, true));
    for (const output of [this.#child.stdout, this.#child.stderr]) this.#listen(output as Socket);
    process.once('exit', this.#killAtExit);
    this.hold(false);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(message: ToRunner): void {
    // One that is gone tells so by `exit`; an exception here would tell it to the wrong one.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Whether this process is kept from ending by itself while that one works. */
  hold(held: boolean): void {
    const handles = [this.#child, this.#child.channel];
    for (const handle of handles) handle?.[held ? 'ref' : 'unref']();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #listen(output: Socket): void {
    output.setEncoding('utf8').on('data', (text: string) => (this.#words = (this.#words + text).slice(-wordsKept)));
    output.unref();
  }

  #ended(reason: string | undefined, isLast: boolean): void {
    this.#end ??= reason;
    if (this.#told || !isLast) return;
    if (this.#end === undefined) {
      // Its channel is closed, and the process still there: nothing can be had of it any more.
      this.kill();
      return;
    }
    this.#told = true;
    process.removeListener('exit', this.#killAtExit);
    const words = this.#words.trim().replace(/\s+/g, ' ').slice(-wordsTold);
    this.#listener.onEnd(words === '' ? this.#end : `${this.#end}: ${words}`);
  }
}
