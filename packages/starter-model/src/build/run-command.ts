import { spawn } from 'node:child_process';
import process from 'node:process';

/** How a command ended. */
export type CommandResult =
  | { readonly type: 'not-found' }
  | { readonly type: 'exited'; readonly code: number; readonly output: string };

/** Starts a program and waits for its end; tests put their own in its place. */
export type RunCommand = (command: string, args: readonly string[], signal?: AbortSignal) => Promise<CommandResult>;

const keptOutput = 8_000;

/** Runs a program without a shell; an abort ends it. */
export const runCommand: RunCommand = (command, args, signal) =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Nothing is installed, so what guards installations need not stop us.
      env: { ...process.env, PIP_REQUIRE_VIRTUALENV: '0', PIP_USER: '0' },
      ...(signal === undefined ? {} : { signal }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text: string) => {
        output = (output + text).slice(-keptOutput);
      });
    }
    child.once('error', (error) => {
      if ('code' in error && error.code === 'ENOENT') resolve({ type: 'not-found' });
      else resolve({ type: 'exited', code: -1, output: error.message });
    });
    child.once('close', (code) => { resolve({ type: 'exited', code: code ?? -1, output }); });
  });
