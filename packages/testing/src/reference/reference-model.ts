import { throwIfAborted, UnloadedError } from '@mlxengine/core';
import {
  createTokenStream,
  validateScoreRequest,
  validateTokenRequest,
  type BackendModel,
  type ComputeDtype,
  type ScoreRequest,
  type ScoreResult,
  type TokenBatch,
  type TokenRequest,
} from '@mlxengine/core/backend';
import { rowOf } from './matrix.js';
import { ReferenceSequence, type ReferenceExecutor } from './reference-executor.js';
import { generateTokens } from './reference-generation.js';
import { logSoftmax } from './reference-sampler.js';
import { pause, RequestQueue } from './request-queue.js';

const scoreChunkSize = 128;

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

  generate(request: TokenRequest, options: { readonly signal?: AbortSignal } = {}): AsyncIterableIterator<TokenBatch> {
    const { vocabularySize, contextLength } = this.#executor.graph;
    return createTokenStream({
      backend: 'reference',
      signal: options.signal,
      produce: async (emit, signal) => {
        this.#checkLoaded();
        const budget = validateTokenRequest(request, vocabularySize, contextLength);
        const check = (): void => this.#check(signal, 'generate');
        await this.#queue.run(() => {
          check();
          return generateTokens({ executor: this.#executor, sequence: this.#sequence, request, budget, emit, check });
        });
      },
    });
  }

  async score(request: ScoreRequest, { signal }: { readonly signal?: AbortSignal } = {}): Promise<ScoreResult> {
    this.#check(signal, 'score');
    validateScoreRequest(request, this.#executor.graph.vocabularySize, this.#executor.graph.contextLength);
    return this.#queue.run(() => this.#score(request, signal));
  }

  unload(): Promise<void> {
    this.#unloading ??= this.#queue.idle().then(this.#onUnload);
    return this.#unloading;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unload();
  }

  async #score({ tokens, chunkSize = scoreChunkSize, logits: wanted }: ScoreRequest, signal: AbortSignal | undefined): Promise<ScoreResult> {
    const { vocabularySize } = this.#executor.graph;
    const sequence = new ReferenceSequence(this.#executor.graph);
    const logits = new Float32Array(tokens.length * vocabularySize);
    for (let start = 0; start < tokens.length; start += chunkSize) {
      await pause();
      this.#check(signal, 'score');
      const chunk = [...tokens.slice(start, start + chunkSize)];
      logits.set(this.#executor.step(sequence, chunk, [...chunk.keys()]).data, start * vocabularySize);
    }
    const matrix = { rows: tokens.length, columns: vocabularySize, data: logits };
    const logProbabilities = Float32Array.from({ length: tokens.length - 1 }, (_, row) =>
      logSoftmax(rowOf(matrix, row))[tokens[row + 1] as number] as number);
    return wanted === true ? { logProbabilities, logits } : { logProbabilities };
  }

  #check(signal: AbortSignal | undefined, operation: string): void {
    this.#checkLoaded();
    throwIfAborted(signal, operation);
  }

  #checkLoaded(): void {
    if (this.#unloading !== undefined) throw new UnloadedError('unloaded.engine', { model: this.#executor.graph.architecture });
  }
}
