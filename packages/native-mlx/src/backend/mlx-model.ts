import { AbortedError, throwIfAborted, UnloadedError } from '@mlxengine/core';
import {
  checkEmbeds,
  checkGenerates,
  createTokenStream,
  validateEmbedRequest,
  validateScoreBatchRequest,
  validateScoreRequest,
  validateTokenRequest,
  type BackendModel,
  type EmbedRequest,
  type EmbedResult,
  type ScoreBatchRequest,
  type ScoreRequest,
  type ScoreResult,
  type TokenBatch,
  type TokenRequest,
} from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import type { NativeGenerateRequest, NativeModel } from '../abi/native-addon.js';
import { awaitRequest, type FinalEvent, type RequestCall } from './await-request.js';
import { ConstraintAnswers } from './constrain.js';

/** What an {@link MLXModel} is made of. */
export interface MLXModelInit {
  readonly native: NativeModel;
  readonly graph: ModelGraph;
  readonly dtype: BackendModel['dtype'];
  readonly onUnload: () => void;
}

/** A model that the addon holds. */
export class MLXModel implements BackendModel {
  readonly dtype: BackendModel['dtype'];
  readonly #native: NativeModel;
  readonly #graph: ModelGraph;
  readonly #onUnload: () => void;
  #unloading: Promise<void> | undefined;

  constructor({ native, graph, dtype, onUnload }: MLXModelInit) {
    this.dtype = dtype;
    this.#native = native;
    this.#graph = graph;
    this.#onUnload = onUnload;
  }

  generate(request: TokenRequest, { signal }: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<TokenBatch> {
    const produce = (emit: (batch: TokenBatch) => void, stop: AbortSignal): Promise<void> => this.#generate(request, emit, stop);
    return createTokenStream({ backend: 'mlx', produce, signal });
  }

  async score(request: ScoreRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<ScoreResult> {
    this.#checkLoaded();
    throwIfAborted(signal, 'Scoring');
    checkGenerates(this.#graph);
    validateScoreRequest(request, this.#graph.vocabularySize, this.#graph.contextLength);
    const { tokens, ...options } = request;
    const [result] = await this.#score({ sequences: [tokens], ...options }, signal);
    if (result === undefined) throw this.#unloaded();
    return result;
  }

  async scoreBatch(request: ScoreBatchRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<readonly ScoreResult[]> {
    this.#checkLoaded();
    throwIfAborted(signal, 'Scoring');
    checkGenerates(this.#graph);
    validateScoreBatchRequest(request, this.#graph.vocabularySize, this.#graph.contextLength);
    return this.#score(request, signal);
  }

  async embed(request: EmbedRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<EmbedResult> {
    this.#checkLoaded();
    throwIfAborted(signal, 'Embedding');
    checkEmbeds(this.#graph);
    validateEmbedRequest(request, this.#graph.vocabularySize, this.#graph.contextLength);
    const { sequences, tokenTypes, hidden = false } = request;
    const nativeRequest = { sequences: sequences.map(toIds), ...(tokenTypes && { tokenTypes: tokenTypes.map(toIds) }), hidden };
    const end = await this.#run({ operation: 'Embedding', signal, start: (onEvent) => this.#native.embed(nativeRequest, onEvent) });
    if (end.type !== 'embed') throw this.#unloaded();
    return { pooled: end.pooled, ...(hidden && { hidden: end.hidden }) };
  }

  unload(): Promise<void> {
    this.#unloading ??= awaitRequest({ operation: 'Unloading', start: (onEvent) => this.#native.unload(onEvent) }).then(this.#onUnload);
    return this.#unloading;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  async #score({ sequences, chunkSize = 0, logits = false }: ScoreBatchRequest, signal?: AbortSignal): Promise<readonly ScoreResult[]> {
    const longest = Math.max(...sequences.map(({ length }) => length));
    const nativeRequest = { sequences: sequences.map(toIds), chunkSize: Math.min(chunkSize, longest), logits };
    const end = await this.#run({ operation: 'Scoring', signal, start: (onEvent) => this.#native.score(nativeRequest, onEvent) });
    if (end.type !== 'score') throw this.#unloaded();
    return logits ? end.results : end.results.map(({ logProbabilities }) => ({ logProbabilities }));
  }

  async #generate(request: TokenRequest, emit: (batch: TokenBatch) => void, signal: AbortSignal): Promise<void> {
    this.#checkLoaded();
    checkGenerates(this.#graph);
    const { vocabularySize, contextLength } = this.#graph;
    const maxTokens = validateTokenRequest(request, vocabularySize, contextLength);
    const answers = request.constraint && new ConstraintAnswers(request.constraint, vocabularySize);
    const run = this.#run({
      operation: 'Generating',
      signal,
      start: (onEvent) => this.#native.generate(nativeRequest(request, maxTokens), onEvent),
      onEvent: (event) => {
        if (event.type === 'choose') return answers?.choose();
        if (event.type === 'tokens') answers?.accept(event.tokens);
        if (event.type === 'tokens' || event.type === 'prefill-progress') emit(event);
        return undefined;
      },
    });
    // What the grammar itself threw says more than that the request failed for want of its answer.
    const end = await run.catch((error: unknown) => Promise.reject((answers?.error ?? error) as Error));
    if (answers?.error !== undefined) throw answers.error as Error;
    if (end.type === 'finish') emit(end);
  }

  async #run(call: RequestCall): Promise<FinalEvent> {
    try {
      return await awaitRequest({ ...call, model: this.#native });
    } catch (error) {
      throw this.#explained(error as Error, call);
    }
  }

  /** The addon knows that a request was cancelled, not why. */
  #explained(error: Error, { operation, signal }: RequestCall): Error {
    if (!AbortedError.isInstance(error)) return error;
    if (signal?.aborted) return new AbortedError('aborted.operation', { operation }, { cause: signal.reason });
    return this.#unloading === undefined ? error : this.#unloaded();
  }

  #checkLoaded(): void {
    if (this.#unloading !== undefined) throw this.#unloaded();
  }

  #unloaded(): UnloadedError {
    return new UnloadedError('unloaded.engine', { model: this.#graph.architecture });
  }
}

function toIds(ids: readonly number[] | Uint32Array): Uint32Array {
  return Uint32Array.from(ids);
}

function nativeRequest({ prompt, stopTokens, sampling, constraint }: TokenRequest, maxTokens: number): NativeGenerateRequest {
  const { temperature, topP, minP, topK, seed } = sampling;
  return {
    prompt: Uint32Array.from(prompt),
    stopTokens: Uint32Array.from(stopTokens),
    maxTokens,
    temperature,
    topP,
    minP,
    // Anything over the vocabulary keeps everything, which is what 0 does; the addon takes 31 bits.
    topK: topK > 0x7fffffff ? 0 : topK,
    seed,
    constrained: constraint !== undefined,
  };
}
