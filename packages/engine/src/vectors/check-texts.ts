import { InvalidArgumentError } from '@mlxengine/core';

/** @throws `InvalidArgumentError` for what is no list of texts */
export function checkTexts(name: string, texts: readonly string[]): void {
  if (!Array.isArray(texts)) throw wrong(name, texts, 'string[]');
  for (const [index, text] of texts.entries()) if (typeof text !== 'string') throw wrong(`${name}[${index}]`, text, 'string');
}

/** @throws `InvalidArgumentError` for what is no text */
export function checkText(name: string, text: string): void {
  if (typeof text !== 'string') throw wrong(name, text, 'string');
}

function wrong(name: string, found: unknown, expected: string): InvalidArgumentError {
  return new InvalidArgumentError('argument.wrong-type', { name, found: found === null ? 'null' : typeof found, expected });
}
