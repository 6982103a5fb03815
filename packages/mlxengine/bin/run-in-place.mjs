import { spawn } from 'node:child_process';
import process from 'node:process';
import { isatty } from 'node:tty';

const forwarded = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT'];
const sentByTerminal = new Set(['SIGINT', 'SIGQUIT']);

/**
 * Runs a command in this process's place: same terminal, same signals, same exit. This process outlives the command.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} [env]
 */
export function runInPlace(command, args, env = process.env) {
  const child = spawn(command, args, { stdio: 'inherit', env });
  const handlers = forwarded.map((signal) => {
    const handler = () => {
      // A terminal sends Ctrl-C to the whole foreground group, so the child already has it.
      if (!(sentByTerminal.has(signal) && [0, 1, 2].some((descriptor) => isatty(descriptor)))) child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler];
  });
  child.once('error', (error) => {
    process.stderr.write(`mlxengine: cannot run ${command}: ${error.message}\n`);
    process.exitCode = 127;
  });
  child.once('exit', (code, signal) => {
    for (const [name, handler] of handlers) process.off(name, handler);
    if (signal === null) process.exitCode = code ?? 1;
    else process.kill(process.pid, signal);
  });
}
