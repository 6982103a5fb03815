import process from 'node:process';
import { parseArgs } from 'node:util';
import { AbortedError, CommandError, MLXEngineError } from '@mlxengine/core';
import { de, en, setMessageCatalogue } from '@mlxengine/core/messages';
import { commands } from './commands/index.js';
import { parseOptions, type Command, type CommandInput, type CommandStreams } from './command.js';
import { commandHelp, generalHelp } from './help.js';
import { watchInterrupts } from './interrupts.js';
import { watchOutput, type Output } from './output.js';
import { version } from './version.js';

/** Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted. */
const exitCodes = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/**
 * Runs the command line and gives its exit code; it never exits the process. Errors go to standard error as
 * `mlxengine: message [code]`.
 * @param argv - arguments after the program's name
 */
export async function runCommand(argv: readonly string[], streams: CommandStreams = process): Promise<number> {
  const output = watchOutput(streams);
  try {
    chooseLanguage();
    const exitCode = await dispatch(argv, streams, output);
    await output.flush();
    return exitCode;
  } catch (error) {
    return reportWith(output, error, streams);
  }
}

/** What was aborted because its output ended is told by what ended it; that its reader went away is no failure. */
async function reportWith(output: Output, error: unknown, streams: CommandStreams): Promise<number> {
  try {
    await output.flush();
  } catch (problem) {
    return report(problem, streams);
  }
  return output.ended.aborted && AbortedError.isInstance(error) ? exitCodes.done : report(error, streams);
}

function chooseLanguage(): void {
  const language = process.env['MLXENGINE_LANGUAGE'];
  if (language === undefined || language === '') return;
  const catalogue = language === 'de' ? de : language === 'en' ? en : undefined;
  if (catalogue === undefined) throw new CommandError('cli.unknown-language', { language });
  setMessageCatalogue(catalogue);
}

async function dispatch(argv: readonly string[], streams: CommandStreams, output: Output): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const topic = name === 'help' ? commands.find((command) => command.name === rest[0]) : undefined;
    streams.stdout.write(topic === undefined ? generalHelp(commands) : commandHelp(topic));
    return exitCodes.done;
  }
  if (name === '--version' || name === '-v') {
    streams.stdout.write(`${version}\n`);
    return exitCodes.done;
  }
  const command = commands.find((candidate) => candidate.name === name);
  if (command === undefined) {
    throw new CommandError('cli.unknown-command', { command: name, commands: commands.map((one) => one.name).join(', ') });
  }
  return execute(command, rest, streams, output);
}

async function execute(command: Command, args: readonly string[], streams: CommandStreams, output: Output): Promise<number> {
  const { values, positionals } = parse(command, args);
  if (values['help'] === true) {
    streams.stdout.write(commandHelp(command));
    return exitCodes.done;
  }
  const [argument] = positionals;
  if (command.arguments === '' && argument !== undefined) {
    throw new CommandError('cli.unexpected-argument', { command: command.name, argument });
  }
  const { stdin, stdout, stderr } = streams;
  const interrupts = watchInterrupts(output.ended);
  try {
    return await command.run({ stdin, stdout, stderr, values, positionals, signal: interrupts.signal });
  } finally {
    interrupts.stop();
  }
}

function parse(command: Command, args: readonly string[]): Pick<CommandInput, 'values' | 'positionals'> {
  try {
    return parseArgs({ args: [...args], options: parseOptions(command), allowPositionals: true, strict: true });
  } catch (error) {
    // Node's advice follows on the same line or on lines of its own.
    const problem = `${(error as Error).message.split(/\.\s/, 1)[0]?.replace(/\.$/, '') ?? ''}.`;
    throw new CommandError('cli.usage', { problem, command: command.name }, { cause: error });
  }
}

function report(error: unknown, { stderr }: CommandStreams): number {
  if (AbortedError.isInstance(error)) return exitCodes.interrupted;
  if (!MLXEngineError.isInstance(error)) {
    stderr.write(`mlxengine: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exitCodes.failed;
  }
  stderr.write(`mlxengine: ${error.message} [${error.code}]\n`);
  return CommandError.isInstance(error) ? exitCodes.usage : exitCodes.failed;
}
