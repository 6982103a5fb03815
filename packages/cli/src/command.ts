import type { Readable, Writable } from 'node:stream';
import type { ParseArgsOptionsConfig } from 'node:util';

/** Streams that a command reads and writes; the process's own by default. */
export interface CommandStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** What a command is given. */
export interface CommandInput extends CommandStreams {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
  /** Aborted by Ctrl-C, by a termination signal, and where the reader of standard output went away. */
  readonly signal: AbortSignal;
}

/** One option, with what the help says of it. */
export interface CommandOption {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for the value in the help. */
  readonly value?: string;
  readonly description: string;
}

/** One command as data; `run` gives the exit code. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** Arguments as the help shows them, such as `[prompt]`. */
  readonly arguments: string;
  readonly options: Readonly<Record<string, CommandOption>>;
  run(input: CommandInput): Promise<number>;
}

/** Options in the form that `parseArgs` takes. */
export function parseOptions(command: Command): ParseArgsOptionsConfig {
  const options: ParseArgsOptionsConfig = { help: { type: 'boolean', short: 'h' } };
  for (const [name, { type, short }] of Object.entries(command.options)) {
    options[name] = short === undefined ? { type } : { type, short };
  }
  return options;
}
