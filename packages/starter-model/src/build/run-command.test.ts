import process from 'node:process';
import { expect, test } from 'vitest';
import { runCommand } from './run-command.js';

test('gives the exit status and both outputs', async () => {
  expect(await runCommand(process.execPath, ['-e', 'console.log("out"); console.error("err"); process.exitCode = 3']))
    .toEqual({ type: 'exited', code: 3, output: 'out\nerr\n' });
});

test('a program that is not there is no failure of its own', async () => {
  expect(await runCommand('no-such-program-anywhere', [])).toEqual({ type: 'not-found' });
});

test('an abort ends the program', async () => {
  const stop = new AbortController();
  const running = runCommand(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], stop.signal);
  setTimeout(() => { stop.abort(); }, 50);
  expect(await running).toMatchObject({ type: 'exited', code: -1 });
});
