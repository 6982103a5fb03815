import type { GenerateParameterName, GenerateParameters, GenerateResult, LLMEngine, Prompt } from '@mlxengine/core';

/** What the cases of an engine share. */
export class EngineContext {
  readonly engine: LLMEngine;
  readonly createEngine: () => LLMEngine | Promise<LLMEngine>;
  /** A prompt whose greedy answer is long. */
  readonly prompt: Prompt;
  /** Tokens of an answer that is long enough to be cancelled. */
  readonly longTokens: number;
  readonly #answers = new Map<number, Promise<GenerateResult>>();

  constructor(engine: LLMEngine, createEngine: () => LLMEngine | Promise<LLMEngine>, prompt: Prompt, longTokens: number) {
    this.engine = engine;
    this.createEngine = createEngine;
    this.prompt = prompt;
    this.longTokens = longTokens;
  }

  supports(name: GenerateParameterName): boolean {
    return this.engine.supports.parameters.includes(name);
  }

  /** Parameters of a greedy answer, as far as the engine takes them. */
  greedy(maxTokens: number, more: GenerateParameters = {}): GenerateParameters {
    return {
      ...(this.supports('maxTokens') ? { maxTokens } : {}),
      ...(this.supports('temperature') ? { temperature: 0 } : {}),
      ...more,
    };
  }

  /** The greedy answer of some tokens, made once. */
  answer(maxTokens: number): Promise<GenerateResult> {
    const known = this.#answers.get(maxTokens) ?? this.engine.generate(this.prompt, this.greedy(maxTokens));
    this.#answers.set(maxTokens, known);
    return known;
  }

  /** Why a test that needs parameters does not apply. */
  lacks(...names: readonly GenerateParameterName[]): string | undefined {
    const missing = names.filter((name) => !this.supports(name));
    return missing.length === 0 ? undefined : `supports.parameters has no ${missing.join(', ')}`;
  }
}

/** All of an iteration. */
export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Milliseconds that some work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}
