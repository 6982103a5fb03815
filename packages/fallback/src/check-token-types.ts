import { InvalidArgumentError } from '@mlxengine/core';
import type { EmbedRequest } from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';

/** @throws `InvalidArgumentError` for a segment that the model's table does not have; without a table there is but segment 0 */
export function checkTokenTypes(graph: ModelGraph, { tokenTypes = [] }: EmbedRequest): void {
  const count = tokenTypeCount(graph);
  for (const [index, types] of tokenTypes.entries()) {
    for (const [position, found] of types.entries()) {
      if (found < count) continue;
      const name = `tokenTypes[${index}][${position}]`;
      throw new InvalidArgumentError('argument.out-of-range', { name, found, expected: `integer >= 0, <= ${count - 1}` });
    }
  }
}

function tokenTypeCount({ operations, weights }: ModelGraph): number {
  const values = new Set(operations.filter(({ type }) => type === 'tokenTypes').map(({ output }) => output));
  const tables = operations.filter((operation) => operation.type === 'embedding' && values.has(operation.input));
  const rows = tables.map((table) => weights.find(({ path }) => table.type === 'embedding' && path === table.weight)?.shape[0] ?? 1);
  return rows.length === 0 ? 1 : Math.min(...rows);
}
