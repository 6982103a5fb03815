import { describeValue } from '../checks/check-number.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { EnginePrompt } from './engine-prompt.js';
import type { Message, MessageRole } from './message.js';

const roles: readonly MessageRole[] = ['system', 'user', 'assistant'];

/** Checks a prompt that anyone may have passed and copies it, so that later changes of it do nothing. */
export function normalizePrompt(prompt: unknown): EnginePrompt {
  if (typeof prompt === 'string') return { kind: 'messages', messages: [{ role: 'user', content: prompt }] };
  if (Array.isArray(prompt)) {
    if (prompt.length === 0) refuse('prompt', prompt, 'at least one message');
    return { kind: 'messages', messages: prompt.map(normalizeMessage) };
  }
  if (!isRecord(prompt)) return refuse('prompt', prompt, 'string | Message[] | { raw: string }');
  checkKeys('prompt', prompt, ['raw']);
  if (typeof prompt['raw'] !== 'string') refuse('prompt.raw', prompt['raw'], 'string');
  return { kind: 'raw', text: prompt['raw'] };
}

function normalizeMessage(message: unknown, index: number): Message {
  const name = `prompt[${index}]`;
  if (!isRecord(message)) return refuse(name, message, '{ role, content }');
  checkKeys(name, message, ['role', 'content']);
  const role = roles.find((known) => known === message['role']);
  if (role === undefined) return refuse(`${name}.role`, message['role'], roles.join(' | '));
  if (typeof message['content'] !== 'string') return refuse(`${name}.content`, message['content'], 'string');
  return { role, content: message['content'] };
}

function checkKeys(name: string, value: Readonly<Record<string, unknown>>, known: readonly string[]): void {
  const extra = Object.keys(value).find((key) => value[key] !== undefined && !known.includes(key));
  if (extra !== undefined) refuse(`${name}.${extra}`, value[extra], `{ ${known.join(', ')} }`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(name: string, value: unknown, expected: string): never {
  throw new InvalidArgumentError('argument.wrong-type', { name, found: describeValue(value), expected });
}
