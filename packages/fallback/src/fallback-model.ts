import { AbortedError, throwIfAborted } from '@mlxengine/core';
import {
  checkAdapterFeature,
  checkEmbeds,
  checkGenerates,
  checkRequestFeatures,
  checkTokenTypes,
  createTokenStream,
  type BackendModel,
  type ComputeDtype,
  type EmbedRequest,
  type EmbedResult,
  type ScoreBatchRequest,
  type ScoreRequest,
  type ScoreResult,
  type TokenBatch,
  type TokenConstraint,
  type TokenRequest,
  validateEmbedRequest,
  validateScoreBatchRequest,
  validateScoreRequest,
  validateTokenRequest,
} from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import type { ConstraintAnswer } from './generation/job.js';
import type { ScoreJob } from './generation/score.js';
import type { ConstrainEvent, JobResult } from './runtime/protocol.js';
import type { JobRequest, RuntimeClient } from './runtime/runtime-client.js';
import { RequestQueue } from './runtime/request-queue.js';
import { supports } from './supports.js';

// Tokens of a scoring's forward pass where the caller does not say.
const scoreChunkSize = 64;

/** A model in a runtime: requests one after another, the last generation's cache kept for the next one's prefix. */
export class FallbackModel implements BackendModel {
  readonly dtype: ComputeDtype = 'float32';
  readonly #client: RuntimeClient;
  readonly #graph: ModelGraph;
  readonly #onUnload: () => void;
  readonly #queue = new RequestQueue();

  constructor(client: RuntimeClient, graph: ModelGraph, onUnload: () => void) {
    this.#client = client;
    this.#graph = graph;
    this.#onUnload = onUnload;
  }

  generate(request: TokenRequest, { signal }: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<TokenBatch> {
    return createTokenStream({ backend: 'fallback', signal, produce: (emit, stopped) => this.#generate(request, emit, stopped) });
  }

  async score(request: ScoreRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<ScoreResult> {
    this.#check(signal, 'score', checkGenerates);
    validateScoreRequest(request, this.#graph.vocabularySize, this.#graph.contextLength);
    const [result = { logProbabilities: new Float32Array() }] = await this.#score({ ...request, sequences: [request.tokens] }, signal);
    return result;
  }

  async scoreBatch(request: ScoreBatchRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly ScoreResult[]> {
    this.#check(signal, 'score', checkGenerates);
    validateScoreBatchRequest(request, this.#graph.vocabularySize, this.#graph.contextLength);
    return this.#score(request, signal);
  }

  async embed(request: EmbedRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<EmbedResult> {
    this.#check(signal, 'embed', checkEmbeds);
    validateEmbedRequest(request, this.#graph.vocabularySize, this.#graph.contextLength);
    checkTokenTypes(this.#graph, request);
    const { sequences, tokenTypes, hidden = false } = request;
    const copies = (lists: EmbedRequest['sequences']): Uint32Array[] => lists.map((list) => Uint32Array.from(list));
    const job = { sequences: copies(sequences), tokenTypes: tokenTypes && copies(tokenTypes), hidden };
    const { vectors = { pooled: [] } } = await this.#ask('embed', { type: 'embed', request: job }, signal);
    return vectors;
  }

  async unload(): Promise<void> {
    await this.#client.close();
    this.#onUnload();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  async #score({ sequences, chunkSize = scoreChunkSize, logits = false, ...rest }: ScoreBatchRequest, signal?: AbortSignal): Promise<readonly ScoreResult[]> {
    checkAdapterFeature(supports, 'fallback', rest);
    const job: ScoreJob = { sequences: sequences.map((tokens) => Uint32Array.from(tokens)), chunkSize, logits };
    const { scores = [] } = await this.#ask('score', { type: 'score', request: job }, signal);
    return scores;
  }

  #check(signal: AbortSignal | undefined, operation: string, checkGraph: (graph: ModelGraph) => void): void {
    throwIfAborted(signal, operation);
    this.#client.checkAlive();
    checkGraph(this.#graph);
  }

  /** Has the runtime do a job when its turn has come; rejects at once when the signal fires. */
  async #ask(operation: string, command: JobRequest['command'], signal: AbortSignal | undefined): Promise<JobResult> {
    const leave = (): AbortedError => aborted(operation, signal);
    return untilAborted(this.#queue.run(() => this.#client.run({ command, signal }), signal, leave), signal, leave);
  }

  async #generate(request: TokenRequest, emit: (batch: TokenBatch) => void, signal: AbortSignal): Promise<void> {
    this.#client.checkAlive();
    checkGenerates(this.#graph);
    checkRequestFeatures(supports, 'fallback', request);
    const { vocabularySize, contextLength } = this.#graph;
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
function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal | undefined, left: () => AbortedError): Promise<Result> {
  if (signal === undefined) return work;
  const gone = Promise.withResolvers<never>();
  const leave = (): void => gone.reject(left());
  signal.addEventListener('abort', leave, { once: true });
  work.catch(() => undefined);
  return Promise.race([work, gone.promise]).finally(() => signal.removeEventListener('abort', leave));
}

function aborted(operation: string, signal: AbortSignal | undefined): AbortedError {
  return new AbortedError('aborted.operation', { operation }, { cause: signal?.reason });
}
