import type { FinishBatch, PrefillProgressBatch, TokenStatistics } from '@mlxengine/core/backend';
import type { NativeEvent, NativeGenerateRequest } from '../abi/native-addon.js';
import { Call, type CallInit } from './call.js';
import type { CallId } from './protocol.js';

/** A generation, which goes on from its tokens in the next process; its caller notices a pause. */
export class GenerationCall extends Call {
  readonly #request: NativeGenerateRequest;
  readonly #tokens: number[] = [];
  readonly #startTime: number = performance.now();
  #firstTime = 0;
  #lastTime = 0;
  #progress: PrefillProgressBatch | undefined;

  constructor(id: CallId, init: CallInit) {
    super(id, init);
    this.#request = init.parameters[0] as NativeGenerateRequest;
  }

  override get parameters(): readonly unknown[] {
    const generated = this.#tokens.length;
    if (generated === 0) return [this.#request];
    const { prompt, maxTokens, generatedTokens = 0 } = this.#request;
    const longer = new Uint32Array(prompt.length + generated);
    longer.set(prompt);
    longer.set(this.#tokens, prompt.length);
    return [{ ...this.#request, prompt: longer, maxTokens: maxTokens - generated, generatedTokens: generatedTokens + generated }];
  }

  override heard(event: NativeEvent): NativeEvent | undefined {
    switch (event.type) {
      case 'prefill-progress':
        return this.#hearProgress(event);
      case 'tokens':
        this.#lastTime = performance.now();
        if (this.#tokens.length === 0) this.#firstTime = this.#lastTime;
        for (const token of event.tokens) this.#tokens.push(token);
        return event;
      case 'finish':
        return this.crashes === 0 ? event : { ...event, statistics: { ...event.statistics, ...this.#statistics() } };
      default:
        return event;
    }
  }

  override completed(): FinishBatch | undefined {
    const { stopTokens, maxTokens } = this.#request;
    const last = this.#tokens.at(-1);
    if (last === undefined) return undefined;
    const statistics = this.#statistics();
    if (stopTokens.includes(last)) return { type: 'finish', reason: 'stop-token', statistics };
    return this.#tokens.length >= maxTokens ? { type: 'finish', reason: 'length', statistics } : undefined;
  }

  /** What the prompt costs a second time is nobody's news. */
  #hearProgress(event: PrefillProgressBatch): PrefillProgressBatch | undefined {
    if (this.#tokens.length > 0 || event.processedTokens < (this.#progress?.processedTokens ?? 0)) return undefined;
    return (this.#progress = event);
  }

  /** Of the whole request, as its caller lived it. */
  #statistics(): TokenStatistics {
    return {
      promptTokens: this.#request.prompt.length,
      cachedPromptTokens: this.#progress?.cachedTokens ?? 0,
      completionTokens: this.#tokens.length,
      prefillMs: this.#firstTime - this.#startTime,
      decodeMs: this.#lastTime - this.#firstTime,
    };
  }
}
