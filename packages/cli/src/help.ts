import type { Command, CommandOption } from './command.js';

/** Help of the program. */
export function generalHelp(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'mlxengine: large language models in MLX\'s format',
    '',
    'Usage: mlxengine <command> [options]',
    '',
    ...lines,
    '',
    'See "mlxengine <command> --help". Messages in German: MLXENGINE_LANGUAGE=de',
    '',
  ].join('\n');
}

/** Help of one command. */
export function commandHelp({ name, summary, arguments: operands, options }: Command): string {
  const rows = Object.entries(options).map(([option, details]) => [usage(option, details), details.description] as const);
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return [
    `${summary}`,
    '',
    `Usage: mlxengine ${[name, '[options]', operands].filter((part) => part !== '').join(' ')}`,
    '',
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
    '',
  ].join('\n');
}

function usage(option: string, { short, value }: CommandOption): string {
  return `${short === undefined ? '' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`;
}
