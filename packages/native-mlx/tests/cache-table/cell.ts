import type { BackendModel, InferenceBackend, TokenRequest, TokenStatistics } from '@mlxengine/core/backend';
import { createTinyStateModel } from '@mlxengine/testing';
import { expect } from 'vitest';
import { greedy } from '../mlx.js';
import type { CacheKind } from './kinds.js';

/** What a request gave. */
export interface Answer {
  readonly tokens: readonly number[];
  /** How far the likeliest token was before the second, at each token. */
  readonly gaps: readonly number[];
  readonly statistics: TokenStatistics;
}

/** What a request is asked with, beside what all are. */
export type Asked = Partial<TokenRequest> & Pick<TokenRequest, 'prompt'>;

/** Differences of logits that batching, chunking and caching may make. */
const tie = 2e-3;

/** The same where numbers are rounded to a few bits: the least difference may round a number to the next one. */
const quantizedTie = 0.1;

/** One kind of cache, to which something happens. */
export class Cell {
  readonly #backend: InferenceBackend;
  readonly kind: CacheKind;
  readonly #models: BackendModel[] = [];

  constructor(backend: InferenceBackend, kind: CacheKind) {
    this.#backend = backend;
    this.kind = kind;
  }

  /** A model with such a cache, which is empty. */
  async load(): Promise<BackendModel> {
    const { graph, weights } = createTinyStateModel(this.kind.state);
    const model = await this.#backend.loadModel(graph, weights, { dtype: 'float32', ...this.kind.options });
    this.#models.push(model);
    return model;
  }

  /** Fails where tokens differ before a near tie. */
  expectSame({ tokens }: Answer, expected: Answer): void {
    expect(tokens).toHaveLength(expected.tokens.length);
    const differs = expected.tokens.findIndex((token, index) => token !== tokens[index]);
    const near = this.kind.options.cache?.bits === undefined ? tie : quantizedTie;
    if (differs >= 0 && (expected.gaps[differs] as number) >= near) expect(tokens).toEqual(expected.tokens);
  }

  async unload(): Promise<void> {
    for (const model of this.#models) await model.unload();
  }

  async answer(model: BackendModel, asked: Asked, signal?: AbortSignal): Promise<Answer> {
    const tokens: number[] = [];
    const gaps: number[] = [];
    let statistics: TokenStatistics | undefined;
    const request = { maxTokens: 16, stopTokens: [], sampling: greedy, logProbabilities: 2, ...asked };
    for await (const batch of model.generate(request, signal === undefined ? {} : { signal })) {
      if (batch.type === 'finish') ({ statistics } = batch);
      if (batch.type !== 'tokens') continue;
      tokens.push(...batch.tokens);
      const top = batch.topLogProbabilities ?? new Float32Array();
      for (let at = 0; at < top.length; at += 2) gaps.push((top[at] as number) - (top[at + 1] as number));
    }
    expect(statistics).toBeDefined();
    return { tokens, gaps, statistics: statistics as TokenStatistics };
  }

  /** What a model gives that has seen nothing else. */
  async fresh(asked: Asked): Promise<Answer> {
    return this.answer(await this.load(), asked);
  }

  /** Fails where an answer is another than what a model gives that has seen nothing else, but for near ties. */
  async expectAsFresh(actual: Answer, asked: Asked): Promise<void> {
    this.expectSame(actual, await this.fresh(asked));
  }
}

/** Token ids, the same for the same arguments. */
export function promptOf(length: number, salt: number): number[] {
  return Array.from({ length }, (_, index) => (index * 31 + salt * 17 + ((index * index) % 7)) % 96);
}
