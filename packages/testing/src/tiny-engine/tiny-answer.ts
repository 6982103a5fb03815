import type { EngineStreamPart, FinishPart, StreamingDetokenizer, TokenUsage } from '@mlxengine/core';
import type { TokenBatch } from '@mlxengine/core/backend';
import { StopStrings } from './stop-strings.js';

/** Turns a backend's batches into the parts of one answer, and counts. */
export class TinyAnswer {
  readonly #begin: number = performance.now();
  readonly #detokenizer: StreamingDetokenizer;
  readonly #stop: StopStrings;
  readonly #promptTokens: number;
  #cachedPromptTokens = 0;
  #completionTokens = 0;
  #firstToken: number | undefined;
  #reason: FinishPart['reason'] = 'length';
  #stopString: string | undefined;

  constructor(promptTokens: number, detokenizer: StreamingDetokenizer, stop: readonly string[]) {
    this.#promptTokens = promptTokens;
    this.#detokenizer = detokenizer;
    this.#stop = new StopStrings(stop);
  }

  /** Whether a stop string was met, so that the rest is nobody's. */
  get stopped(): boolean {
    return this.#stopString !== undefined;
  }

  *take(batch: TokenBatch): Generator<EngineStreamPart, undefined> {
    if (batch.type === 'prefill-progress') {
      this.#cachedPromptTokens = batch.cachedTokens;
      yield batch;
    } else if (batch.type === 'tokens') {
      this.#firstToken ??= performance.now();
      this.#completionTokens += batch.tokens.length;
      yield* this.#text(this.#detokenizer.push(batch.tokens));
    } else {
      yield* this.#text(this.#detokenizer.flush());
      if (!this.stopped) yield* this.#delta(this.#stop.flush());
      if (batch.reason === 'stop-token') this.#reason = 'stop';
    }
  }

  finish(): FinishPart {
    const first = this.#firstToken ?? performance.now();
    const prefillMs = first - this.#begin;
    const timings = { timeToFirstTokenMs: prefillMs, prefillMs, decodeMs: performance.now() - first };
    const stopString = this.#stopString;
    return { type: 'finish', reason: this.#reason, usage: this.#usage(), timings, ...(stopString === undefined ? {} : { stopString }) };
  }

  *#text(text: string): Generator<EngineStreamPart, undefined> {
    const { text: certain, stop } = this.#stop.push(text);
    yield* this.#delta(certain);
    if (stop === undefined) return;
    this.#stopString = stop;
    this.#reason = 'stop';
  }

  *#delta(text: string): Generator<EngineStreamPart, undefined> {
    if (text !== '') yield { type: 'text-delta', text, usage: this.#usage() };
  }

  #usage(): TokenUsage {
    return { promptTokens: this.#promptTokens, cachedPromptTokens: this.#cachedPromptTokens, completionTokens: this.#completionTokens };
  }
}
