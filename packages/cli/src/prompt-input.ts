import { CommandError, type Message } from '@mlxengine/core';
import type { CommandInput } from './command.js';

/** The prompt from the arguments, else from a pipe. */
export async function readPrompt({ positionals, stdin }: CommandInput, command: string): Promise<string> {
  const text = positionals.length > 0 ? positionals.join(' ') : stdin.isTTY === true ? '' : await readAll(stdin);
  if (text.trim() !== '') return text.replace(/\r?\n$/, '');
  throw new CommandError('cli.usage', { problem: 'There is no prompt: give one as an argument or through a pipe.', command });
}

/** Several texts: the arguments, else the lines of a pipe that are not empty. @param what - they are, for the error */
export async function readTexts({ positionals, stdin }: CommandInput, command: string, what: string): Promise<readonly string[]> {
  const piped = positionals.length > 0 || stdin.isTTY === true ? '' : await readAll(stdin);
  const texts = positionals.length > 0 ? positionals : piped.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (texts.length > 0) return texts;
  throw new CommandError('cli.usage', { problem: `There are no ${what}: give them as arguments, or as lines through a pipe.`, command });
}

/** A conversation of instructions, if any, and one question. */
export function asMessages(prompt: string, instructions: string | undefined): readonly Message[] {
  const question = { role: 'user', content: prompt } as const;
  return instructions === undefined ? [question] : [{ role: 'system', content: instructions }, question];
}

async function readAll(stdin: CommandInput['stdin']): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array | string));
  return Buffer.concat(chunks).toString('utf8');
}
