import { AbortedError } from '@mlxengine/core';
import type { Pacer } from '../execution/pacer.js';
import type { ConstraintAnswer } from '../generation/job.js';
import type { RuntimeScope } from './runtime-scope.js';

/** The running job's pace: when it stops, when it gives way, and what it waits for. */
export class JobControl implements Pacer {
  readonly job: number;
  readonly workLimit: number;
  readonly #scope: RuntimeScope;
  readonly #flag: Int32Array | undefined;
  #aborted = false;
  #sliceEnd: number;
  #waiting: PromiseWithResolvers<ConstraintAnswer | undefined> | undefined;

  constructor(job: number, scope: RuntimeScope, flag: Int32Array | undefined) {
    this.job = job;
    this.workLimit = scope.workLimit;
    this.#scope = scope;
    this.#flag = flag;
    this.#sliceEnd = performance.now() + scope.sliceMs;
  }

  /** With a shared flag the abort is seen at once; without one, only when the event loop turns. */
  check(): boolean {
    if (this.#aborted || (this.#flag !== undefined && Atomics.load(this.#flag, 0) === this.job)) throw abortedError();
    return performance.now() >= this.#sliceEnd;
  }

  async giveWay(): Promise<void> {
    await this.#scope.giveWay();
    this.#sliceEnd = performance.now() + this.#scope.sliceMs;
    this.check();
  }

  abort(): void {
    this.#aborted = true;
    this.#waiting?.reject(abortedError());
  }

  /** Waits for the answer to a question that was posted. */
  async answer(): Promise<ConstraintAnswer | undefined> {
    this.check();
    this.#waiting = Promise.withResolvers();
    return this.#waiting.promise;
  }

  resolve(answer: ConstraintAnswer | undefined): void {
    this.#waiting?.resolve(answer);
    this.#waiting = undefined;
  }
}

function abortedError(): AbortedError {
  return new AbortedError('aborted.operation', { operation: 'the job' });
}
