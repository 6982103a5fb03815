import type { Lowering, OperationOf } from '../lowering.js';

/** Ids lie where the executor writes them. */
export function lowerTokens({ output }: OperationOf<'tokens'>, lowering: Lowering): void {
  lowering.alias(output, lowering.ids);
}

/** A table that the executor writes. */
export function lowerPositions({ offset, output }: OperationOf<'positions'>, lowering: Lowering): void {
  lowering.alias(output, lowering.table(1, (buffer) => ({ type: 'positions', buffer, offset })));
}

/** A table that the executor writes. */
export function lowerTokenTypes({ output }: OperationOf<'tokenTypes'>, lowering: Lowering): void {
  lowering.alias(output, lowering.table(1, (buffer) => ({ type: 'tokenTypes', buffer })));
}

/** The tensor itself, where it was loaded. */
export function lowerParameter({ weight, output }: OperationOf<'parameter'>, lowering: Lowering): void {
  const address = lowering.vector(weight);
  lowering.alias(output, lowering.buffer({ leading: 'none', elements: lowering.elements(output), pinned: true, address }));
}

/** Rows by id; ids beyond a limit become 0 beforehand. */
export function lowerEmbedding({ input, weight, limit, output }: OperationOf<'embedding'>, lowering: Lowering): void {
  const rows = lowering.rows(output);
  let ids = lowering.of(input);
  if (limit !== undefined) {
    const limited = lowering.buffer({ ...rows, elements: 1, pinned: false });
    lowering.emit({ kernel: 'limitIds', ...rows, ids, limit, output: limited });
    ids = limited;
  }
  lowering.emit({ kernel: 'embedding', ...rows, ids, matrix: lowering.matrix(weight), output: lowering.define(output) });
}

/** From calls on tokens to calls on rows. */
export function lowerSelectRows({ input, output }: OperationOf<'selectRows'>, lowering: Lowering): void {
  const columns = lowering.elements(output);
  lowering.emit({
    kernel: 'selectRows', ...lowering.rows(output), input: lowering.keep(input), indices: lowering.rowIndices, columns,
    output: lowering.define(output),
  });
}

/** From calls on tokens to calls on sequences. */
export function lowerPool({ mode, input, output }: OperationOf<'pool'>, lowering: Lowering): void {
  const columns = lowering.elements(output);
  lowering.emit({ kernel: 'pool', ...lowering.rows(output), mode, input: lowering.keep(input), columns, output: lowering.define(output) });
}
