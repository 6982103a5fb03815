import type { Kernels } from '../kernels/kernels.js';
import type { ModelPlan } from '../lowering/plan-model.js';
import type { MemoryViews } from '../memory/memory-views.js';
import type { Sequence } from '../memory/sequence.js';
import { compileCall, type CompiledCall, type StepContext } from './compile-call.js';
import type { Pacer } from './pacer.js';
import { writeRopeTable } from './rope-table.js';
import { runCalls } from './run-calls.js';

/** Runs steps of one model: some tokens of one sequence, then the logits of the rows that are wanted. */
export class Executor {
  readonly maxTokens: number;
  readonly maxRows: number;
  readonly vocabularySize: number;
  readonly #plan: ModelPlan;
  readonly #views: MemoryViews;
  readonly #tokenCalls: readonly CompiledCall[];
  readonly #rowCalls: readonly CompiledCall[];

  constructor(plan: ModelPlan, kernels: Kernels, views: MemoryViews) {
    const { program, addresses, limits } = plan;
    this.maxTokens = limits.tokens;
    this.maxRows = limits.rows;
    this.vocabularySize = program.vocabularySize;
    this.#plan = plan;
    this.#views = views;
    this.#tokenCalls = program.tokenCalls.map((call) => compileCall(call, kernels, addresses));
    this.#rowCalls = program.rowCalls.map((call) => compileCall(call, kernels, addresses));
  }

  /** Computes tokens behind a sequence and commits them; at most {@link maxTokens}. */
  async forward(sequence: Sequence, tokens: readonly number[], pacer: Pacer): Promise<void> {
    sequence.reserve(tokens.length);
    const context: StepContext = { rows: tokens.length, start: sequence.length, table: sequence.table };
    this.#writeStep(tokens, context.start);
    await runCalls(this.#tokenCalls, context, pacer);
    sequence.commit(tokens);
  }

  /**
   * Logits of rows of the last {@link forward}; at most {@link maxRows}. The view is good until the next call.
   */
  async logits(rows: readonly number[], pacer: Pacer): Promise<Float32Array> {
    const { program, addresses } = this.#plan;
    this.#views.words.set(rows, (addresses[program.rowIndices] ?? 0) >>> 2);
    await runCalls(this.#rowCalls, { rows: rows.length, start: 0, table: 0 }, pacer);
    const begin = (addresses[program.logits] ?? 0) >>> 2;
    return this.#views.floats.subarray(begin, begin + rows.length * this.vocabularySize);
  }

  #writeStep(tokens: readonly number[], start: number): void {
    const { program, addresses } = this.#plan;
    this.#views.words.set(tokens, (addresses[program.ids] ?? 0) >>> 2);
    for (const table of program.ropeTables) {
      writeRopeTable(table, start, tokens.length, this.#views.floats, (addresses[table.buffer] ?? 0) >>> 2);
    }
  }
}
