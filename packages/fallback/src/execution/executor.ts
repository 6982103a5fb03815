import type { Kernels } from '../kernels/kernels.js';
import type { ModelPlan } from '../lowering/plan-model.js';
import type { KernelCall } from '../lowering/kernel-call.js';
import type { MemoryViews } from '../memory/memory-views.js';
import type { Sequence } from '../memory/sequence.js';
import { compileCall } from './compile-call.js';
import type { CallSite, CompiledCall } from './compiled-call.js';
import type { Pacer } from './pacer.js';
import { runCalls } from './run-calls.js';
import { writeStepTable } from './step-tables.js';

/** Runs steps of one model: some tokens of one sequence, then the logits of the rows that are wanted. */
export class Executor {
  readonly maxTokens: number;
  readonly maxRows: number;
  readonly vocabularySize: number;
  readonly #plan: ModelPlan;
  readonly #views: MemoryViews;
  #constantCalls: readonly CompiledCall[];
  readonly #tokenCalls: readonly CompiledCall[];
  readonly #rowCalls: readonly CompiledCall[];

  constructor(plan: ModelPlan, kernels: Kernels, views: MemoryViews) {
    const { program, addresses, limits } = plan;
    this.maxTokens = limits.tokens;
    this.maxRows = limits.rows;
    this.vocabularySize = program.vocabularySize;
    this.#plan = plan;
    this.#views = views;
    const site: CallSite = { kernels, views, at: (buffer) => addresses[buffer] ?? 0 };
    const compile = (calls: readonly KernelCall[]): readonly CompiledCall[] => calls.map((call) => compileCall(call, site));
    this.#constantCalls = compile(program.constantCalls);
    this.#tokenCalls = compile(program.tokenCalls);
    this.#rowCalls = compile(program.rowCalls);
  }

  /** Computes tokens behind a sequence and commits them; at most {@link maxTokens}. */
  async forward(sequence: Sequence, tokens: readonly number[], pacer: Pacer): Promise<void> {
    await runCalls(this.#constantCalls, { rows: 1, segments: [] }, pacer);
    this.#constantCalls = [];
    sequence.reserve(tokens.length);
    const [start, rows] = [sequence.length, tokens.length];
    this.#writeStep(tokens, start);
    await runCalls(this.#tokenCalls, { rows, segments: [{ row: 0, rows, start, table: sequence.table, states: 0 }] }, pacer);
    sequence.commit(tokens);
  }

  /**
   * Logits of rows of the last {@link forward}; at most {@link maxRows}. The view is good until the next call.
   */
  async logits(rows: readonly number[], pacer: Pacer): Promise<Float32Array> {
    const { program, addresses } = this.#plan;
    this.#views.words.set(rows, (addresses[program.rowIndices] ?? 0) >>> 2);
    await runCalls(this.#rowCalls, { rows: rows.length, segments: [] }, pacer);
    const begin = (addresses[program.logits?.buffer ?? 0] ?? 0) >>> 2;
    return this.#views.floats.subarray(begin, begin + rows.length * this.vocabularySize);
  }

  #writeStep(tokens: readonly number[], start: number): void {
    const { program, addresses } = this.#plan;
    this.#views.words.set(tokens, (addresses[program.ids] ?? 0) >>> 2);
    const positions = tokens.map((_, index) => start + index);
    for (const table of program.stepTables) writeStepTable(table, { positions }, this.#views, addresses[table.buffer] ?? 0);
  }
}
