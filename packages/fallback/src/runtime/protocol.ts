import type { EmbedResult, ScoreResult, TokenBatch } from '@mlxengine/core/backend';
import type { EmbedJob } from '../generation/embed.js';
import type { ConstraintAnswer, GenerateJob } from '../generation/job.js';
import type { ScoreJob } from '../generation/score.js';
import type { ModelPlan } from '../lowering/plan-model.js';
import type { SerializedError } from './serialized-error.js';

// Messages between the backend and a runtime, which is in a worker where there can be one. A command that carries a job
// number is answered by exactly one `done` or `failed` of that number. A runtime does one job at a time.

/** Where a tensor's bytes lie in a local file. */
export interface TensorFile {
  /** Index into `ModelPlan.tensors`. */
  readonly index: number;
  readonly file: string;
  readonly byteOffset: number;
}

/** Makes memory and kernels for a model. */
export interface CreateCommand {
  readonly type: 'create';
  readonly job: number;
  readonly plan: ModelPlan;
  /** The compiled kernels; one module serves all runtimes. */
  readonly module: WebAssembly.Module;
  /** Holds the number of the job that shall stop, where memory can be shared. */
  readonly abortFlag: SharedArrayBuffer | undefined;
}

/** Brings a part of a tensor's bytes, in order; its buffer comes back with the answer. */
export interface WriteTensorCommand {
  readonly type: 'write-tensor';
  readonly job: number;
  readonly index: number;
  /** First byte of the tensor that it brings. */
  readonly offset: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Has the runtime read tensors from local files. */
export interface ReadTensorsCommand {
  readonly type: 'read-tensors';
  readonly job: number;
  readonly tensors: readonly TensorFile[];
}

/** Starts a generation. */
export interface GenerateCommand {
  readonly type: 'generate';
  readonly job: number;
  readonly request: GenerateJob;
}

/** Starts a scoring. */
export interface ScoreCommand {
  readonly type: 'score';
  readonly job: number;
  readonly request: ScoreJob;
}

/** Starts an embedding. */
export interface EmbedCommand {
  readonly type: 'embed';
  readonly job: number;
  readonly request: EmbedJob;
}

/** Answers a {@link ConstrainEvent}. */
export interface AnswerCommand {
  readonly type: 'answer';
  readonly job: number;
  readonly answer: ConstraintAnswer | undefined;
}

/** Stops a job. */
export interface AbortCommand {
  readonly type: 'abort';
  readonly job: number;
}

/** What a backend says to a runtime. */
export type Command =
  | CreateCommand
  | WriteTensorCommand
  | ReadTensorsCommand
  | GenerateCommand
  | ScoreCommand
  | EmbedCommand
  | AnswerCommand
  | AbortCommand;

/** A command that is answered by `done` or `failed`. */
export type JobCommand = Exclude<Command, AnswerCommand | AbortCommand>;

/** The runtime listens. */
export interface ReadyEvent {
  readonly type: 'ready';
}

/** What a job answers, where it does. */
export interface JobResult {
  /** Of a {@link ScoreCommand}, in the order of its sequences. */
  readonly scores?: readonly ScoreResult[];
  /** Of an {@link EmbedCommand}. */
  readonly vectors?: EmbedResult;
  /** Of a {@link WriteTensorCommand}: its buffer, to be used again. */
  readonly buffer?: ArrayBuffer;
}

/** A job is over. */
export interface DoneEvent {
  readonly type: 'done';
  readonly job: number;
  readonly memoryBytes: number;
  readonly result: JobResult;
}

/** A job is over, with an error. */
export interface FailedEvent {
  readonly type: 'failed';
  readonly job: number;
  readonly memoryBytes: number;
  readonly error: SerializedError;
}

/** Bytes that a {@link ReadTensorsCommand} has read. */
export interface ReadEvent {
  readonly type: 'read';
  readonly job: number;
  readonly bytes: number;
}

/** A batch of a generation. */
export interface BatchEvent {
  readonly type: 'batch';
  readonly job: number;
  readonly batch: TokenBatch;
}

/** Tells which tokens were chosen, and asks for what may come next unless it is over. */
export interface ConstrainEvent {
  readonly type: 'constrain';
  readonly job: number;
  readonly accepted: readonly number[];
  readonly over: boolean;
}

/** What a runtime says to its backend. */
export type RuntimeEvent = ReadyEvent | DoneEvent | FailedEvent | ReadEvent | BatchEvent | ConstrainEvent;
