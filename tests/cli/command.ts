import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as it is committed. */
export const commandFile: string = fileURLToPath(new URL('../../packages/mlxengine/bin/mlxengine.mjs', import.meta.url));

/** The starter model's checkpoint. */
export const starterCheckpoint: string = fileURLToPath(new URL('../../packages/starter-model/checkpoint', import.meta.url));

/** What a command printed and how it ended. */
export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
}

/** What a command is run with. */
export interface RunOptions {
  /** Text on standard input; default: none, and the pipe is closed. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs `mlxengine` in a process of its own. */
export async function runMlxengine(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = spawn(process.execPath, [commandFile, ...args], {
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const exitCode = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  return { ...output, exitCode };
}
