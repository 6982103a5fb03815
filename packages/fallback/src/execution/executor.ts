import type { Kernels } from '../kernels/kernels.js';
import type { StepLimits } from '../lowering/assign-buffers.js';
import type { KernelCall } from '../lowering/kernel-call.js';
import type { StepPlan } from '../lowering/plan-model.js';
import type { Program, ProgramOutput } from '../lowering/program.js';
import type { MemoryViews } from '../memory/memory-views.js';
import type { Sequence } from '../memory/sequence.js';
import { compileCall } from './compile-call.js';
import type { CallSite, CompiledCall, StepSegment } from './compiled-call.js';
import type { Pacer } from './pacer.js';
import { runCalls } from './run-calls.js';
import { writeStepTable } from './step-tables.js';

/** Tokens behind one sequence. */
export interface StepPart {
  readonly sequence: Sequence;
  readonly tokens: readonly number[];
  /** Segment of each token; absent: 0. */
  readonly tokenTypes?: readonly number[] | undefined;
}

/** Runs steps of one model: some tokens of some sequences, then what is wanted of them. */
export class Executor {
  readonly limits: StepLimits;
  readonly vocabularySize: number;
  readonly #program: Program;
  readonly #plan: StepPlan;
  readonly #views: MemoryViews;
  #constantCalls: readonly CompiledCall[];
  readonly #tokenCalls: readonly CompiledCall[];
  readonly #rowCalls: readonly CompiledCall[];
  readonly #sequenceCalls: readonly CompiledCall[];
  #segments: readonly StepSegment[] = [];

  constructor(program: Program, plan: StepPlan, kernels: Kernels, views: MemoryViews) {
    this.limits = plan.limits;
    this.vocabularySize = program.vocabularySize;
    this.#program = program;
    this.#plan = plan;
    this.#views = views;
    const site: CallSite = { kernels, views, at: (buffer) => this.#address(buffer) };
    const compile = (calls: readonly KernelCall[]): readonly CompiledCall[] => calls.map((call) => compileCall(call, site));
    this.#constantCalls = compile(program.constantCalls);
    this.#tokenCalls = compile(program.tokenCalls);
    this.#rowCalls = compile(program.rowCalls);
    this.#sequenceCalls = compile(program.sequenceCalls);
  }

  /** Computes tokens behind sequences and commits them; no more of either than {@link limits} say. */
  async forward(parts: readonly StepPart[], pacer: Pacer): Promise<void> {
    await runCalls(this.#constantCalls, { rows: 1, segments: [] }, pacer);
    this.#constantCalls = [];
    for (const { sequence, tokens } of parts) sequence.beginStep(tokens.length);
    this.#segments = segmentsOf(parts);
    this.#writeStep(parts);
    const rows = parts.reduce((sum, { tokens }) => sum + tokens.length, 0);
    await runCalls(this.#tokenCalls, { rows, segments: this.#segments }, pacer);
    for (const { sequence, tokens } of parts) sequence.commit(tokens);
  }

  /** Logits of rows of the last {@link forward}, no more than {@link limits} say. The view is good until the next call. */
  async logits(rows: readonly number[], pacer: Pacer): Promise<Float32Array> {
    this.#views.words.set(rows, this.#address(this.#program.rowIndices) >>> 2);
    await runCalls(this.#rowCalls, { rows: rows.length, segments: [] }, pacer);
    return this.#read(this.#program.logits, rows.length) ?? new Float32Array();
  }

  /** One vector for each sequence of the last {@link forward}, where the graph pools. The view is good until the next call. */
  async pooled(pacer: Pacer): Promise<Float32Array | undefined> {
    await runCalls(this.#sequenceCalls, { rows: this.#segments.length, segments: this.#segments }, pacer);
    return this.#read(this.#program.pooled, this.#segments.length);
  }

  /** The vectors of all `rows` tokens of the last {@link forward}, where the graph gives them. The view is good until the next call. */
  hidden(rows: number): Float32Array | undefined {
    return this.#read(this.#program.hidden, rows);
  }

  #read(output: ProgramOutput | undefined, rows: number): Float32Array | undefined {
    if (output === undefined) return undefined;
    const begin = this.#address(output.buffer) >>> 2;
    return this.#views.floats.subarray(begin, begin + rows * output.elements);
  }

  #writeStep(parts: readonly StepPart[]): void {
    this.#views.words.set(parts.flatMap(({ tokens }) => tokens), this.#address(this.#program.ids) >>> 2);
    const positions = parts.flatMap(({ sequence, tokens }) => tokens.map((_, index) => sequence.length + index));
    const tokenTypes = parts.flatMap(({ tokens, tokenTypes: types }) => types ?? tokens.map(() => 0));
    for (const table of this.#program.stepTables) writeStepTable(table, { positions, tokenTypes }, this.#views, this.#address(table.buffer));
  }

  #address(buffer: number): number {
    return this.#plan.addresses[buffer] ?? 0;
  }
}

function segmentsOf(parts: readonly StepPart[]): readonly StepSegment[] {
  let row = 0;
  return parts.map(({ sequence: { length: start, table, states }, tokens: { length: rows } }) => {
    row += rows;
    return { row: row - rows, rows, start, table, states };
  });
}
