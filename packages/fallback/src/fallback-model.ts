import { AbortedError, throwIfAborted } from '@mlxengine/core';
import {
  createTokenStream,
  type BackendModel,
  type ComputeDtype,
  type ScoreRequest,
  type ScoreResult,
  type TokenBatch,
  type TokenConstraint,
  type TokenRequest,
  validateScoreRequest,
  validateTokenRequest,
} from '@mlxengine/core/backend';
import type { ConstraintAnswer } from './generation/job.js';
import type { Program } from './lowering/program.js';
import type { ConstrainEvent } from './runtime/protocol.js';
import type { RuntimeClient } from './runtime/runtime-client.js';
import { RequestQueue } from './runtime/request-queue.js';

// Tokens of a scoring's forward pass where the caller does not say.
const scoreChunkSize = 64;

/** A model in a runtime: requests one after another, the last generation's cache kept for the next one's prefix. */
export class FallbackModel implements BackendModel {
  readonly dtype: ComputeDtype = 'float32';
  readonly #client: RuntimeClient;
  readonly #program: Program;
  readonly #onUnload: () => void;
  readonly #queue = new RequestQueue();

  constructor(client: RuntimeClient, program: Program, onUnload: () => void) {
    this.#client = client;
    this.#program = program;
    this.#onUnload = onUnload;
  }

  generate(request: TokenRequest, { signal }: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<TokenBatch> {
    return createTokenStream({ backend: 'fallback', signal, produce: (emit, stopped) => this.#generate(request, emit, stopped) });
  }

  async score(request: ScoreRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<ScoreResult> {
    throwIfAborted(signal, 'score');
    this.#client.checkAlive();
    validateScoreRequest(request, this.#program.vocabularySize, this.#program.contextLength);
    const { tokens, chunkSize = scoreChunkSize, logits = false } = request;
    const job = { tokens: Uint32Array.from(tokens), chunkSize, logits };
    const scoring = this.#queue.run(() => this.#client.run({ command: { type: 'score', request: job }, signal }), signal, () => aborted('score', signal));
    const result = await untilAborted(scoring, signal);
    return result ?? { logProbabilities: new Float32Array() };
  }

  async unload(): Promise<void> {
    await this.#client.close();
    this.#onUnload();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  async #generate(request: TokenRequest, emit: (batch: TokenBatch) => void, signal: AbortSignal): Promise<void> {
    this.#client.checkAlive();
    const { vocabularySize, contextLength } = this.#program;
    const maxTokens = validateTokenRequest(request, vocabularySize, contextLength);
    const { prompt, stopTokens, sampling, constraint } = request;
    const job = { prompt: Uint32Array.from(prompt), maxTokens, stopTokens, sampling, constrained: constraint !== undefined };
    const onConstrain = constraint && ((event: ConstrainEvent) => answerOf(constraint, event, vocabularySize));
    const work = (): Promise<unknown> =>
      this.#client.run({ command: { type: 'generate', request: job }, signal, onBatch: emit, ...(onConstrain && { onConstrain }) });
    await this.#queue.run(work, signal, () => aborted('generate', signal));
  }
}

function answerOf(constraint: TokenConstraint, { accepted, over }: ConstrainEvent, vocabularySize: number): ConstraintAnswer | undefined {
  for (const token of accepted) constraint.accept(token);
  if (over) return undefined;
  const forced = constraint.forced();
  if (forced.length > 0) return { forced: [...forced] };
  const mask = new Uint32Array(Math.ceil(vocabularySize / 32));
  constraint.fillMask(mask);
  return { mask };
}

/** Rejects at once when the signal fires; the runtime stops on its own time. */
function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
  if (signal === undefined) return work;
  const gone = Promise.withResolvers<never>();
  const leave = (): void => gone.reject(aborted('score', signal));
  signal.addEventListener('abort', leave, { once: true });
  work.catch(() => undefined);
  return Promise.race([work, gone.promise]).finally(() => signal.removeEventListener('abort', leave));
}

function aborted(operation: string, signal: AbortSignal | undefined): AbortedError {
  return new AbortedError('aborted.operation', { operation }, { cause: signal?.reason });
}
