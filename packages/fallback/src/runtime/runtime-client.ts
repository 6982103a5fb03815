import { BackendError, type MLXEngineError, UnloadedError } from '@mlxengine/core';
import type { TokenBatch } from '@mlxengine/core/backend';
import type { ConstraintAnswer } from '../generation/job.js';
import type { Channel } from './channel.js';
import type { Command, ConstrainEvent, JobCommand, JobResult, RuntimeEvent } from './protocol.js';
import { deserializeError } from './serialized-error.js';

type WithoutJob<Type> = Type extends unknown ? Omit<Type, 'job'> : never;

/** A job as it is asked for. */
export interface JobRequest {
  readonly command: WithoutJob<JobCommand>;
  readonly transfer?: readonly ArrayBuffer[];
  /** Fires to stop the job; its promise settles when the runtime has stopped. */
  readonly signal?: AbortSignal | undefined;
  readonly onBatch?: (batch: TokenBatch) => void;
  readonly onRead?: (bytes: number) => void;
  readonly onConstrain?: (event: ConstrainEvent) => ConstraintAnswer | undefined;
}

interface PendingJob extends JobRequest {
  readonly settled: PromiseWithResolvers<JobResult>;
}

/** The backend's side of a runtime: jobs as promises, one after another. */
export class RuntimeClient {
  readonly #channel: Channel;
  readonly #model: string;
  readonly #abortFlag: Int32Array | undefined;
  readonly #pending = new Map<number, PendingJob>();
  #lastJob = 0;
  #end: MLXEngineError | undefined;
  #closing: Promise<void> | undefined;
  #memoryBytes = 0;

  /** @param abortFlag - shared with the runtime, where memory can be shared */
  constructor(channel: Channel, model: string, abortFlag: SharedArrayBuffer | undefined) {
    this.#channel = channel;
    this.#model = model;
    this.#abortFlag = abortFlag && new Int32Array(abortFlag);
    channel.listen({ onEvent: (event) => this.#onEvent(event), onDeath: (reason) => this.#onDeath(reason) });
  }

  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** @throws `UnloadedError` after {@link close}, `BackendError` after the runtime's death */
  checkAlive(): void {
    if (this.#end !== undefined) throw this.#end;
  }

  /** Does one job. */
  async run(request: JobRequest): Promise<JobResult> {
    this.checkAlive();
    const job = ++this.#lastJob;
    const settled = Promise.withResolvers<JobResult>();
    const abort = (): void => this.#abort(job);
    this.#pending.set(job, { ...request, settled });
    this.#channel.hold(true);
    request.signal?.addEventListener('abort', abort, { once: true });
    try {
      this.#channel.post({ ...request.command, job }, request.transfer ?? []);
      if (request.signal?.aborted) abort();
      return await settled.promise;
    } finally {
      request.signal?.removeEventListener('abort', abort);
      this.#pending.delete(job);
      if (this.#pending.size === 0 && this.#end === undefined) this.#channel.hold(false);
    }
  }

  /** Ends the runtime and whatever it is doing. A second call does nothing. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#finish(new UnloadedError('unloaded.engine', { model: this.#model }));
    await this.#channel.close();
    this.#memoryBytes = 0;
  }

  #abort(job: number): void {
    if (this.#abortFlag !== undefined) Atomics.store(this.#abortFlag, 0, job);
    if (this.#end === undefined) this.#post({ type: 'abort', job });
  }

  #post(command: Command): void {
    this.#channel.post(command, []);
  }

  #onEvent(event: RuntimeEvent): void {
    if (event.type === 'ready') return;
    const pending = this.#pending.get(event.job);
    if (pending === undefined) return;
    switch (event.type) {
      case 'batch': pending.onBatch?.(event.batch); break;
      case 'read': pending.onRead?.(event.bytes); break;
      case 'constrain': this.#constrain(event, pending); break;
      case 'done':
        this.#memoryBytes = event.memoryBytes;
        pending.settled.resolve(event.result);
        break;
      case 'failed':
        this.#memoryBytes = event.memoryBytes;
        pending.settled.reject(deserializeError(event.error));
        break;
    }
  }

  #constrain(event: ConstrainEvent, pending: PendingJob): void {
    try {
      const answer = pending.onConstrain?.(event);
      if (!event.over) this.#post({ type: 'answer', job: event.job, answer });
    } catch (error) {
      // The caller's constraint failed: its error is the job's, and the runtime need not go on.
      pending.settled.reject(error);
      this.#abort(event.job);
    }
  }

  #onDeath(reason: string): void {
    const text = `${reason}. Load the model again`;
    this.#finish(new BackendError('backend.failed', { backend: 'fallback', reason: text }));
    this.#memoryBytes = 0;
  }

  #finish(error: MLXEngineError): void {
    this.#end ??= error;
    for (const { settled } of this.#pending.values()) settled.reject(this.#end);
  }
}
