import { spawn } from 'node:child_process';
import process from 'node:process';
import { childEnvironment } from './child-environment.mjs';
import { repository } from './paths.mjs';

const tailLines = 40;

/**
 * Runs a command to its end and keeps the last lines of its output.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ onLine?: (line: string) => void, env?: Record<string, string> }} [options]
 * @returns {Promise<{ succeeded: boolean, output: string }>} a command that is not there has not succeeded either
 */
export function runCommand(command, args, { onLine = () => {}, env = {} } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: repository,
      env: { ...childEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm, pip and pnpm are .cmd files there, which Windows runs only through its shell.
      shell: process.platform === 'win32',
    });
    const lines = [];
    const keep = (line) => {
      lines.push(line);
      if (lines.length > tailLines) lines.shift();
      onLine(line);
    };
    const flushes = [child.stdout, child.stderr].map((stream) => splitLines(stream, keep));
    child.once('error', (error) => resolve({ succeeded: false, output: error.message }));
    child.once('close', (code) => {
      for (const flush of flushes) flush();
      resolve({ succeeded: code === 0, output: lines.join('\n') });
    });
  });
}

function splitLines(stream, onLine) {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text) => {
    const parts = (rest + text).split(/\r?\n|\r/);
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim() !== '') onLine(part);
  });
  return () => {
    if (rest.trim() !== '') onLine(rest);
  };
}
