import { throwIfAborted, UnloadedError } from '@mlxengine/core';
import {
  checkAdapterFeature,
  checkEmbeds,
  checkGenerates,
  checkRequestFeatures,
  checkTokenTypes,
  createTokenStream,
  validateEmbedRequest,
  validateScoreBatchRequest,
  validateScoreRequest,
  validateTokenRequest,
  type BackendModel,
  type ComputeDtype,
  type EmbedRequest,
  type EmbedResult,
  type ScoreBatchRequest,
  type ScoreRequest,
  type ScoreResult,
  type TokenBatch,
  type TokenRequest,
} from '@mlxengine/core/backend';
import type { ReferenceExecutor } from './reference-executor.js';
import { supports } from './reference-supports.js';
import { generateTokens } from './reference-generation.js';
import { embedSequences, scoreSequences } from './reference-scoring.js';
import { ReferenceSequence } from './reference-sequence.js';
import { RequestQueue } from './request-queue.js';

interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** A model loaded into the reference backend: one request at a time, one sequence kept for its prefix. */
export class ReferenceModel implements BackendModel {
  readonly dtype: ComputeDtype = 'float32';
  readonly #executor: ReferenceExecutor;
  readonly #sequence: ReferenceSequence;
  readonly #queue = new RequestQueue();
  readonly #onUnload: () => void;
  #unloading: Promise<void> | undefined;

  constructor(executor: ReferenceExecutor, onUnload: () => void) {
    this.#executor = executor;
    this.#sequence = new ReferenceSequence(executor.graph);
    this.#onUnload = onUnload;
  }

  generate(request: TokenRequest, options: RequestOptions = {}): AsyncIterableIterator<TokenBatch> {
    const { graph } = this.#executor;
    return createTokenStream({
      backend: 'reference',
      signal: options.signal,
      produce: async (emit, signal) => {
        this.#checkLoaded();
        checkGenerates(graph);
        checkRequestFeatures(supports, 'reference', request);
        const budget = validateTokenRequest(request, graph.vocabularySize, graph.contextLength);
        const check = (): void => this.#check(signal, 'generate');
        await this.#queue.run(() => {
          check();
          return generateTokens({ executor: this.#executor, sequence: this.#sequence, request, budget, emit, check });
        });
      },
    });
  }

  async score({ tokens, ...options }: ScoreRequest, { signal }: RequestOptions = {}): Promise<ScoreResult> {
    const { graph } = this.#executor;
    this.#check(signal, 'score');
    checkGenerates(graph);
    validateScoreRequest({ tokens, ...options }, graph.vocabularySize, graph.contextLength);
    const [result] = await this.#score({ sequences: [tokens], ...options }, signal);
    return result as ScoreResult;
  }

  async scoreBatch(request: ScoreBatchRequest, { signal }: RequestOptions = {}): Promise<readonly ScoreResult[]> {
    const { graph } = this.#executor;
    this.#check(signal, 'score');
    checkGenerates(graph);
    validateScoreBatchRequest(request, graph.vocabularySize, graph.contextLength);
    return this.#score(request, signal);
  }

  async embed(request: EmbedRequest, { signal }: RequestOptions = {}): Promise<EmbedResult> {
    const { graph } = this.#executor;
    this.#check(signal, 'embed');
    checkEmbeds(graph);
    validateEmbedRequest(request, graph.vocabularySize, graph.contextLength);
    checkTokenTypes(graph, request);
    return this.#queue.run(() => embedSequences(this.#executor, request, () => this.#check(signal, 'embed')));
  }

  unload(): Promise<void> {
    this.#unloading ??= this.#queue.idle().then(this.#onUnload);
    return this.#unloading;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  async #score(request: ScoreBatchRequest, signal: AbortSignal | undefined): Promise<readonly ScoreResult[]> {
    checkAdapterFeature(supports, 'reference', request);
    return this.#queue.run(() => scoreSequences(this.#executor, request, () => this.#check(signal, 'score')));
  }

  #check(signal: AbortSignal | undefined, operation: string): void {
    this.#checkLoaded();
    throwIfAborted(signal, operation);
  }

  #checkLoaded(): void {
    if (this.#unloading !== undefined) throw new UnloadedError('unloaded.engine', { model: this.#executor.graph.architecture });
  }
}
