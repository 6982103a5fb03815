import type { StepTable } from '../lowering/program.js';
import type { MemoryViews } from '../memory/memory-views.js';
import { writeRopeTable } from './rope-table.js';

/** What is known of the tokens of a step. */
export interface StepTokens {
  /** Position of each in its sequence. */
  readonly positions: readonly number[];
  /** Segment of each; absent: 0. */
  readonly tokenTypes?: readonly number[] | undefined;
}

/** Writes a table at its address, a row for each token. */
export function writeStepTable(table: StepTable, { positions, tokenTypes }: StepTokens, views: MemoryViews, address: number): void {
  const begin = address >>> 2;
  switch (table.type) {
    case 'rope': return writeRopeTable(table, positions, views.floats, begin);
    case 'positions': return views.words.set(positions.map((position) => position + table.offset), begin);
    case 'tokenTypes': return views.words.set(tokenTypes ?? positions.map(() => 0), begin);
    case 'positionScale': {
      const { beta, length } = table;
      return views.floats.set(positions.map((position) => 1 + beta * Math.log1p(Math.floor(position / length))), begin);
    }
  }
}
