import { InvalidArgumentError } from '@mlxengine/core';
import type { EmbedRequest } from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';

/** @throws `InvalidArgumentError` for a segment past the tables that the graph reads with segments */
export function checkTokenTypes({ operations, weights }: ModelGraph, { tokenTypes = [] }: EmbedRequest): void {
  const ids = new Set(operations.flatMap(({ type, output }) => (type === 'tokenTypes' ? [output] : [])));
  const paths = operations.flatMap((operation) => (operation.type === 'embedding' && ids.has(operation.input) ? [operation.weight] : []));
  const limit = Math.min(...weights.filter(({ path }) => paths.includes(path)).map(({ shape: [rows = 0] }) => rows));
  tokenTypes.forEach((types, index) => {
    const found = types.find((type: number) => type >= limit);
    if (found === undefined) return;
    throw new InvalidArgumentError('argument.out-of-range', { name: `tokenTypes[${index}]`, found, expected: `below ${limit}` });
  });
}
