import { OutOfMemoryError } from '@mlxengine/core';
import type { EmbedResult, ScoreResult } from '@mlxengine/core/backend';
import { Executor } from '../execution/executor.js';
import type { Pacer } from '../execution/pacer.js';
import { embed, type EmbedJob } from '../generation/embed.js';
import { generate } from '../generation/generate.js';
import type { GenerateJob, JobHost } from '../generation/job.js';
import { score, type ScoreJob } from '../generation/score.js';
import { elementTypes } from '../kernels/element-type.js';
import { instantiateKernels, type KernelInstance } from '../kernels/instantiate-kernels.js';
import { type ModelPlan, planStep, type StepPlan } from '../lowering/plan-model.js';
import type { PlannedTensor } from '../lowering/plan-weights.js';
import { CachePool, growMemory } from '../memory/cache-pool.js';
import { MemoryViews } from '../memory/memory-views.js';
import { Sequence } from '../memory/sequence.js';

// Longer steps are laid out for a multiple of so many tokens.
const stepTokens = 512;

/** What steps of a size work with. */
interface Workplace {
  readonly executor: Executor;
  /** The last generation's, for the next one's prefix. */
  readonly kept: Sequence;
  /** Those of other jobs; empty between them. */
  readonly free: readonly Sequence[];
}

/** One model in one WebAssembly memory: where the work is done, in a worker or in the caller's thread. */
export class ModelRuntime {
  readonly #plan: ModelPlan;
  readonly #instance: KernelInstance;
  readonly #views: MemoryViews;
  #place: Workplace;

  private constructor(plan: ModelPlan, instance: KernelInstance) {
    this.#plan = plan;
    this.#instance = instance;
    this.#views = new MemoryViews(instance.memory);
    this.#place = this.#furnish(plan.step);
  }

  /** Memory and kernels of a model, without its weights yet. @throws `OutOfMemoryError` */
  static async create(plan: ModelPlan, module: WebAssembly.Module): Promise<ModelRuntime> {
    const { cacheBegin: neededBytes } = plan.step;
    try {
      return new ModelRuntime(plan, await instantiateKernels(module, neededBytes));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new OutOfMemoryError('memory.exhausted', { what: 'The model in the fallback backend', neededBytes }, { cause: error });
    }
  }

  get memoryBytes(): number {
    return this.#instance.memory.buffer.byteLength;
  }

  /** Where a tensor's bytes have to be written, before {@link finishTensor}. */
  tensorBytes({ address, byteLength }: PlannedTensor): Uint8Array {
    return this.#views.bytes.subarray(address, address + byteLength);
  }

  /** Brings a tensor whose bytes are there into the form that kernels read. */
  finishTensor({ address, convert }: PlannedTensor): void {
    if (convert !== undefined) this.#instance.kernels.convertVector(elementTypes[convert.type], address, convert.count, convert.to);
  }

  async generate(job: GenerateJob, host: JobHost): Promise<void> {
    const { executor, kept } = this.#place;
    await generate(executor, kept, job, host);
  }

  async score(job: ScoreJob, pacer: Pacer): Promise<readonly ScoreResult[]> {
    return this.#borrow((executor, free) => score(executor, free, job, pacer));
  }

  async embed(job: EmbedJob, pacer: Pacer): Promise<EmbedResult> {
    this.#enlarge(job.sequences.reduce((longest, { length }) => Math.max(longest, length), 0));
    return this.#borrow((executor, free) => embed(executor, free, job, pacer));
  }

  /** Lends the sequences that nobody keeps; whatever happens, they are empty afterwards. */
  async #borrow<Result>(work: (executor: Executor, free: readonly Sequence[]) => Promise<Result>): Promise<Result> {
    const { executor, free } = this.#place;
    try {
      return await work(executor, free);
    } finally {
      for (const sequence of free) sequence.clear();
    }
  }

  /** Lays steps out anew where a sequence has to lie in one whole; a graph that embeds keeps nothing between its jobs. */
  #enlarge(tokens: number): void {
    const { limits } = this.#place.executor;
    if (tokens <= limits.tokens) return;
    const { program, weightsEnd } = this.#plan;
    const larger = planStep(program, { ...limits, tokens: Math.ceil(tokens / stepTokens) * stepTokens }, weightsEnd);
    growMemory(this.#instance.memory, larger.cacheBegin, 'A step of the model in the fallback backend');
    this.#place = this.#furnish(larger);
  }

  #furnish(step: StepPlan): Workplace {
    const { program } = this.#plan;
    const { memory, kernels } = this.#instance;
    const pool = new CachePool(memory, step.cacheBegin);
    const [kept, ...free] = step.tables.map((table) => new Sequence(table, program, pool, this.#views));
    return { executor: new Executor(program, step, kernels, this.#views), kept: kept as Sequence, free };
  }
}
