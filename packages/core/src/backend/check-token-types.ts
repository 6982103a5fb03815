import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { ModelGraph } from '../graph/index.js';
import type { EmbedRequest } from './embed.js';

/**
 * Checks the segments of a request, which are ids too, against the tables that a graph reads with them.
 * @throws `InvalidArgumentError` for one past a table's rows
 */
export function checkTokenTypes({ operations, weights }: ModelGraph, { tokenTypes = [] }: EmbedRequest): void {
  const ids = new Set(operations.filter(({ type }) => type === 'tokenTypes').map(({ output }) => output));
  const paths = operations.flatMap((operation) => (operation.type === 'embedding' && ids.has(operation.input) ? [operation.weight] : []));
  const limit = Math.min(...weights.filter(({ path }) => paths.includes(path)).map(({ shape: [rows = 0] }) => rows));
  tokenTypes.forEach((types, index) => {
    const found = types.find((type: number) => type >= limit);
    if (found === undefined) return;
    throw new InvalidArgumentError('argument.out-of-range', { name: `tokenTypes[${index}]`, found, expected: `below ${limit}` });
  });
}
