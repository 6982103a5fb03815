import { OutOfMemoryError } from '@mlxengine/core';
import type { ScoreResult } from '@mlxengine/core/backend';
import { Executor } from '../execution/executor.js';
import type { Pacer } from '../execution/pacer.js';
import { generate } from '../generation/generate.js';
import type { GenerateJob, JobHost } from '../generation/job.js';
import { score, type ScoreJob } from '../generation/score.js';
import { elementTypes } from '../kernels/element-type.js';
import { instantiateKernels, type KernelInstance } from '../kernels/instantiate-kernels.js';
import type { ModelPlan } from '../lowering/plan-model.js';
import type { PlannedTensor } from '../lowering/plan-weights.js';
import { BlockPool } from '../memory/block-pool.js';
import { MemoryViews } from '../memory/memory-views.js';
import { Sequence } from '../memory/sequence.js';

/** One model in one WebAssembly memory: where the work is done, in a worker or in the caller's thread. */
export class ModelRuntime {
  readonly #plan: ModelPlan;
  readonly #instance: KernelInstance;
  readonly #views: MemoryViews;
  readonly #executor: Executor;
  readonly #pool: BlockPool;
  /** The last generation's, for the next one's prefix. */
  readonly #kept: Sequence;

  private constructor(plan: ModelPlan, instance: KernelInstance) {
    this.#plan = plan;
    this.#instance = instance;
    this.#views = new MemoryViews(instance.memory);
    this.#executor = new Executor(plan, instance.kernels, this.#views);
    this.#pool = new BlockPool(instance.memory, plan.cacheBegin, plan.program.blockBytes);
    this.#kept = new Sequence(plan.tables[0], this.#pool, this.#views);
  }

  /** Memory and kernels of a model, without its weights yet. @throws `OutOfMemoryError` */
  static async create(plan: ModelPlan, module: WebAssembly.Module): Promise<ModelRuntime> {
    try {
      return new ModelRuntime(plan, await instantiateKernels(module, plan.cacheBegin));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const what = 'The model in the fallback backend';
      throw new OutOfMemoryError('memory.exhausted', { what, neededBytes: plan.cacheBegin }, { cause: error });
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
    await generate(this.#executor, this.#kept, job, host);
  }

  async score(job: ScoreJob, pacer: Pacer): Promise<ScoreResult> {
    const sequence = new Sequence(this.#plan.tables[1], this.#pool, this.#views);
    try {
      return await score(this.#executor, sequence, job, pacer);
    } finally {
      sequence.truncate(0);
    }
  }
}
