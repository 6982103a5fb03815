import { CommandError } from '@mlxengine/core';
import type { CommandInput } from './command.js';

/** Reads the options of one command; every bad value is a usage error that names the option. */
export interface OptionValues {
  text(name: string): string | undefined;
  flag(name: string): boolean;
  /** A number within bounds. */
  number(name: string, bounds: NumberBounds): number | undefined;
  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined;
}

/** What a number may be. */
export interface NumberBounds {
  readonly min: number;
  readonly max?: number;
  readonly integer?: boolean;
}

/** The options of a command's input. */
export function optionValues(command: string, { values }: CommandInput): OptionValues {
  const wrong = (name: string, expected: string): CommandError =>
    new CommandError('cli.usage', { problem: `--${name} is "${String(values[name])}", expected ${expected}.`, command });
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' ? value : undefined;
  };
  return {
    text,
    flag: (name) => values[name] === true,
    number: (name, bounds) => {
      const value = text(name);
      if (value === undefined) return undefined;
      const number = value.trim() === '' ? NaN : Number(value);
      if (!within(number, bounds)) throw wrong(name, describe(bounds));
      return number;
    },
    oneOf: (name, choices) => {
      const value = text(name);
      if (value === undefined) return undefined;
      const choice = choices.find((candidate) => candidate === value);
      if (choice === undefined) throw wrong(name, `one of ${choices.join(', ')}`);
      return choice;
    },
  };
}

function within(value: number, { min, max = Number.MAX_SAFE_INTEGER, integer = false }: NumberBounds): boolean {
  return value >= min && value <= max && (!integer || Number.isInteger(value));
}

function describe({ min, max, integer = false }: NumberBounds): string {
  return `${integer ? 'a whole number' : 'a number'} ${max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}`;
}
