import { AbortedError, InvalidArgumentError, throwIfAborted, UnloadedError } from '@mlxengine/core';
import {
  checkEmbeds,
  checkGenerates,
  checkLoadCache,
  checkRequestFeatures,
  checkSaveCache,
  checkTokenTypes,
  createTokenStream,
  validateEmbedRequest,
  validateScoreBatchRequest,
  validateScoreRequest,
  validateTokenRequest,
  type AdapterSource,
  type BackendModel,
  type EmbedRequest,
  type EmbedResult,
  type FuseAdapterOptions,
  type LoadAdapterOptions,
  type LoadedAdapter,
  type LoadCacheRequest,
  type LoadedCache,
  type SaveCacheRequest,
  type SavedCache,
  type ScoreBatchRequest,
  type ScoreRequest,
  type ScoreResult,
  type TokenBatch,
  type TokenRequest,
} from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import type { NativeModel } from '../abi/native-addon.js';
import { stateFormat, type MemoryBudget } from '../memory/memory-budget.js';
import { awaitRequest, type RequestCall } from './await-request.js';
import { ConstraintAnswers } from './constrain.js';
import type { FinalEvent } from './final-event.js';
import { MLXAdapters } from './mlx-adapters.js';
import { nativeEmbedRequest, nativeGenerateRequest, nativeLoadRequest, nativeSaveRequest, nativeScoreRequest } from './native-requests.js';
import { supports } from './supports.js';

interface RequestOptions {
  readonly signal?: AbortSignal;
}

/** What an {@link MLXModel} is made of. */
export interface MLXModelInit {
  readonly native: NativeModel;
  readonly graph: ModelGraph;
  readonly dtype: BackendModel['dtype'];
  /** Whether requests are profiled that do not say themselves. */
  readonly profile?: boolean | undefined;
  /** Says whether a request's memory can be had. */
  readonly budget: MemoryBudget;
  readonly onUnload: () => void;
}

/** A model that the addon holds. */
export class MLXModel implements BackendModel {
  readonly dtype: BackendModel['dtype'];
  readonly #native: NativeModel;
  readonly #graph: ModelGraph;
  readonly #profile: boolean;
  readonly #budget: MemoryBudget;
  readonly #onUnload: () => void;
  readonly #adapters: MLXAdapters;
  #unloading: Promise<void> | undefined;

  constructor({ native, graph, dtype, profile = false, budget, onUnload }: MLXModelInit) {
    this.dtype = dtype;
    this.#profile = profile;
    this.#native = native;
    this.#graph = graph;
    this.#budget = budget;
    this.#onUnload = onUnload;
    this.#adapters = new MLXAdapters(native, (call) => this.#run(call));
  }

  generate(request: TokenRequest, { signal }: RequestOptions = {}): AsyncIterableIterator<TokenBatch> {
    const produce = (emit: (batch: TokenBatch) => void, stop: AbortSignal): Promise<void> => this.#generate(request, emit, stop);
    return createTokenStream({ backend: 'mlx', produce, signal });
  }

  async score(request: ScoreRequest, { signal }: RequestOptions = {}): Promise<ScoreResult> {
    const { vocabularySize, contextLength } = this.#check('Scoring', checkGenerates, signal);
    validateScoreRequest(request, vocabularySize, contextLength);
    const { tokens, ...options } = request;
    this.#checkMemory('Scoring', tokens.length);
    const [result] = await this.#score({ sequences: [tokens], ...options }, signal);
    return result as ScoreResult;
  }

  async scoreBatch(request: ScoreBatchRequest, { signal }: RequestOptions = {}): Promise<readonly ScoreResult[]> {
    const { vocabularySize, contextLength } = this.#check('Scoring', checkGenerates, signal);
    validateScoreBatchRequest(request, vocabularySize, contextLength);
    request.sequences.forEach(({ length }) => this.#checkMemory('Scoring', length));
    return this.#score(request, signal);
  }

  async embed(request: EmbedRequest, { signal }: RequestOptions = {}): Promise<EmbedResult> {
    const graph = this.#check('Embedding', checkEmbeds, signal);
    validateEmbedRequest(request, graph.vocabularySize, graph.contextLength);
    checkTokenTypes(graph, request);
    request.sequences.forEach(({ length }) => this.#checkMemory('Embedding', length));
    const nativeRequest = nativeEmbedRequest(request);
    const end = await this.#run({ operation: 'Embedding', signal, start: (onEvent) => this.#native.embed(nativeRequest, onEvent) });
    if (end.type !== 'embed') throw this.#unloaded();
    return nativeRequest.hidden ? { pooled: end.pooled, hidden: end.hidden } : { pooled: end.pooled };
  }

  fittingTokens(): number | undefined {
    return this.#budget.fittingTokens(this.#graph.states, stateFormat(this.dtype));
  }

  /** Gives back what is kept for later requests alone, once nothing before it is waiting. */
  dropCaches(): void {
    // A failure here is one of the device, which the next request tells of.
    void awaitRequest({ operation: 'Dropping caches', start: (onEvent) => this.#native.dropCaches(onEvent) }).catch(() => undefined);
  }

  async loadAdapter(adapter: AdapterSource, options: LoadAdapterOptions = {}): Promise<LoadedAdapter> {
    this.#check('Loading the adapter', checkGenerates, options.signal);
    return this.#adapters.load(adapter, options);
  }

  async fuseAdapter(id: number, options: FuseAdapterOptions = {}): Promise<void> {
    this.#check('Fusing the adapter', checkGenerates, undefined);
    return this.#adapters.fuse(id, options);
  }

  async unfuseAdapter(): Promise<void> {
    this.#check('Unfusing the adapter', checkGenerates, undefined);
    return this.#adapters.unfuse();
  }

  async saveCache(request: SaveCacheRequest, { signal }: RequestOptions = {}): Promise<SavedCache> {
    const { vocabularySize } = this.#check('Saving cached states', checkGenerates, signal);
    checkSaveCache(request, vocabularySize);
    const nativeRequest = nativeSaveRequest(request);
    const end = await this.#run({ operation: 'Saving cached states', signal, start: (onEvent) => this.#native.saveCache(nativeRequest, onEvent) });
    if (end.type !== 'cache-saved') throw this.#unloaded();
    const { cachedTokens, byteLength } = end;
    if (cachedTokens === 0) throw new InvalidArgumentError('argument.nothing-cached', { count: nativeRequest.tokens.length });
    return { cachedTokens, byteLength };
  }

  async loadCache(request: LoadCacheRequest, { signal }: RequestOptions = {}): Promise<LoadedCache> {
    const { vocabularySize } = this.#check('Loading cached states', checkGenerates, signal);
    checkLoadCache(request, vocabularySize);
    const nativeRequest = nativeLoadRequest(request);
    const end = await this.#run({ operation: 'Loading cached states', signal, start: (onEvent) => this.#native.loadCache(nativeRequest, onEvent) });
    if (end.type !== 'cache-loaded') throw this.#unloaded();
    return { tokens: end.tokens, metadata: end.metadata };
  }

  unload(): Promise<void> {
    this.#adapters.forget();
    this.#unloading ??= awaitRequest({ operation: 'Unloading', start: (onEvent) => this.#native.unload(onEvent) }).then(this.#onUnload);
    return this.#unloading;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  async #generate(request: TokenRequest, emit: (batch: TokenBatch) => void, signal: AbortSignal): Promise<void> {
    const { vocabularySize, contextLength } = this.#check('Generating', checkGenerates, signal);
    checkRequestFeatures(supports, 'mlx', request);
    const maxTokens = validateTokenRequest(request, vocabularySize, contextLength);
    this.#checkMemory('Generating', request.prompt.length + maxTokens);
    const answers = request.constraint && new ConstraintAnswers(request.constraint, vocabularySize);
    const draftModel = request.speculation?.kind === 'draft' ? this.#draftModel(request.speculation.model) : undefined;
    const run = this.#adapters.using(request, () => this.#run({
      operation: 'Generating',
      signal,
      start: (onEvent) => this.#native.generate({ ...nativeGenerateRequest({ profile: this.#profile, ...request }, maxTokens), ...(draftModel && { draftModel }) }, onEvent),
      onEvent: (event) => {
        if (event.type === 'choose') return answers?.choose();
        if (event.type === 'tokens') answers?.accept(event.tokens);
        if (event.type === 'tokens' || event.type === 'prefill-progress') emit(event);
        return undefined;
      },
    }));
    // What the grammar itself threw says more than that the request failed for want of its answer.
    const end = await run.catch((error: unknown) => Promise.reject((answers?.error ?? error) as Error));
    if (answers?.error !== undefined) throw answers.error as Error;
    if (end.type === 'finish') emit(end);
  }

  /** The model that drafts for this one. */
  #draftModel(model: BackendModel): NativeModel {
    if (!(#native in model)) throw refusedDraft('a model of another backend', 'one that this backend loaded');
    if (model.#unloading !== undefined) throw model.#unloaded();
    const [own, theirs] = [this.#graph.vocabularySize, model.#graph.vocabularySize];
    if (own !== theirs) throw refusedDraft(`a model with a vocabulary of ${theirs}`, `one of ${own}, as the model's own`);
    checkGenerates(model.#graph);
    return model.#native;
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

  async #score(request: ScoreBatchRequest, signal: AbortSignal | undefined): Promise<readonly ScoreResult[]> {
    const nativeRequest = nativeScoreRequest(request);
    const start: RequestCall['start'] = (onEvent) => this.#native.score(nativeRequest, onEvent);
    const end = await this.#adapters.using(request, () => this.#run({ operation: 'Scoring', signal, start }));
    if (end.type !== 'score') throw this.#unloaded();
    return nativeRequest.logits ? end.results : end.results.map(({ logProbabilities }) => ({ logProbabilities }));
  }

  #checkMemory(operation: string, tokens: number): void {
    this.#budget.checkSequence(operation, this.#graph.states, tokens, stateFormat(this.dtype));
  }

  /** The graph, where the model is still loaded and has the outputs that are asked for. */
  #check(operation: string, checkOutputs: (graph: ModelGraph) => void, signal: AbortSignal | undefined): ModelGraph {
    if (this.#unloading !== undefined) throw this.#unloaded();
    throwIfAborted(signal, operation);
    checkOutputs(this.#graph);
    return this.#graph;
  }

  #unloaded(): UnloadedError {
    return new UnloadedError('unloaded.engine', { model: this.#graph.architecture });
  }
}

function refusedDraft(found: string, expected: string): InvalidArgumentError {
  return new InvalidArgumentError('argument.out-of-range', { name: 'speculation.model', found, expected });
}
