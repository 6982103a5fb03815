import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { UnloadedError } from '../errors/unloaded-error.js';
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import { checkParameters } from './check-parameters.js';
import type { EngineImplementation } from './engine-implementation.js';
import type { EnginePrompt } from './engine-prompt.js';
import type { GenerateParameters } from './generate-parameters.js';
import { Generation, toEngineError } from './generation.js';
import type { GenerationStream } from './generation-stream.js';
import type { LLMEngine } from './llm-engine.js';
import { normalizePrompt } from './normalize-prompt.js';
import type { Prompt } from './prompt.js';
import { resolveParameters } from './resolve-parameters.js';

/**
 * Makes a whole engine of the little that an implementer writes: checks, defaults, independent views of text and
 * events, abort, typed errors and orderly unloading are the same for every engine.
 *
 * The engine's members need no `this`, so that it can be spread into an object with more of them.
 * @throws `InvalidArgumentError` where `supports` promises what the implementation does not have
 *
 * @example
 * ```ts
 * import { defineEngine } from '@mlxengine/core';
 *
 * // A bigram model: the next word is the one that followed the last word in what it has read.
 * const followers = new Map([['to', 'be'], ['be', 'or'], ['or', 'not'], ['not', 'to']]);
 *
 * const engine = defineEngine({
 *   model: { id: 'bigram', architecture: 'bigram', vocabularySize: followers.size },
 *   supports: { parameters: ['maxTokens'], rawPrompts: true, countTokens: false, prefillProgress: false, deterministicSeed: true },
 *   async *doStream({ prompt, parameters, signal }) {
 *     const words = (prompt.kind === 'raw' ? prompt.text : prompt.messages.at(-1)?.content ?? '').split(' ');
 *     const most = parameters.maxTokens ?? 10;
 *     let word: string | undefined = words.at(-1);
 *     let completionTokens = 0;
 *     while (completionTokens < most && !signal.aborted && (word = followers.get(word ?? '')) !== undefined) {
 *       completionTokens += 1;
 *       yield { type: 'text-delta', text: ` ${word}` };
 *     }
 *     yield { type: 'finish', reason: completionTokens === most ? 'length' : 'stop', usage: { promptTokens: words.length, completionTokens } };
 *   },
 * });
 *
 * const { text, finishReason } = await engine.generate({ raw: 'to' }, { maxTokens: 3 });
 * console.log(finishReason + ':' + text); // length: be or not
 * ```
 */
export function defineEngine(implementation: EngineImplementation): LLMEngine {
  const state = new EngineState(implementation);
  return {
    specificationVersion: 'v1',
    model: implementation.model,
    supports: implementation.supports,
    stream: (prompt, parameters) => state.stream(prompt, parameters),
    generate: async (prompt, parameters) => state.stream(prompt, parameters).result,
    countTokens: (prompt) => state.countTokens(prompt),
    unload: () => state.unload(),
    [Symbol.asyncDispose]: () => state.unload(),
  };
}

class EngineState {
  readonly #implementation: EngineImplementation;
  readonly #running = new Set<Generation>();
  readonly #counting = new Set<Promise<unknown>>();
  #unloaded: Promise<void> | undefined;

  constructor(implementation: EngineImplementation) {
    if (implementation.supports.countTokens && implementation.doCountTokens === undefined) {
      throw new InvalidArgumentError('argument.wrong-type', { name: 'doCountTokens', found: 'undefined', expected: 'function' });
    }
    this.#implementation = implementation;
  }

  stream(prompt: Prompt, parameters: GenerateParameters = {}): GenerationStream {
    this.#checkLoaded();
    const request = { prompt: this.#normalize(prompt), parameters: this.#resolve(parameters) };
    const generation = new Generation(this.#implementation, request, parameters.signal);
    this.#running.add(generation);
    void generation.ended.then(() => this.#running.delete(generation));
    return generation.stream;
  }

  async countTokens(prompt: Prompt): Promise<number> {
    this.#checkLoaded();
    const count = this.#count(prompt);
    this.#counting.add(count);
    return count.finally(() => this.#counting.delete(count));
  }

  unload(): Promise<void> {
    this.#unloaded ??= this.#stopAndUnload();
    return this.#unloaded;
  }

  async #stopAndUnload(): Promise<void> {
    const running = [...this.#running];
    for (const generation of running) generation.fail(this.#unloadedError());
    await Promise.allSettled([...running.map(({ ended }) => ended), ...this.#counting]);
    try {
      await this.#implementation.doUnload?.();
    } catch (error) {
      throw toEngineError(error);
    }
  }

  async #count(prompt: Prompt): Promise<number> {
    const { model, supports } = this.#implementation;
    if (!supports.countTokens) throw new UnsupportedFeatureError('feature.count-tokens', { model: model.id });
    const normalized = this.#normalize(prompt);
    try {
      return (await this.#implementation.doCountTokens?.(normalized)) ?? 0;
    } catch (error) {
      throw toEngineError(error);
    }
  }

  #checkLoaded(): void {
    if (this.#unloaded !== undefined) throw this.#unloadedError();
  }

  #unloadedError(): UnloadedError {
    return new UnloadedError('unloaded.engine', { model: this.#implementation.model.id });
  }

  #normalize(prompt: Prompt): EnginePrompt {
    const normalized = normalizePrompt(prompt);
    const { model, supports } = this.#implementation;
    if (normalized.kind === 'raw' && !supports.rawPrompts) {
      throw new UnsupportedFeatureError('feature.raw-prompt', { model: model.id });
    }
    return normalized;
  }

  #resolve(parameters: GenerateParameters): ReturnType<typeof resolveParameters> {
    checkParameters(parameters, this.#implementation);
    return resolveParameters(parameters, this.#implementation);
  }
}
