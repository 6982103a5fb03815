import type { EngineImplementation, EnginePrompt, EngineRequest, EngineStreamPart, EngineSupports, ModelConfiguration, Tokenizer } from '@mlxengine/core';
import type { BackendModel, TokenRequest } from '@mlxengine/core/backend';
import { TinyAnswer } from './tiny-answer.js';

const supports: EngineSupports = {
  parameters: ['maxTokens', 'temperature', 'topP', 'topK', 'minP', 'seed', 'stop'],
  rawPrompts: true,
  countTokens: true,
  prefillProgress: true,
  deterministicSeed: true,
};

/** What is joined to an engine. */
export interface TinyEngineParts {
  readonly model: ModelConfiguration;
  readonly backend: BackendModel;
  readonly tokenizer: Tokenizer;
}

/** An engine over a backend's model, as `defineEngine` takes it. */
export function createTinyImplementation({ model, backend, tokenizer }: TinyEngineParts): EngineImplementation {
  const encode = (prompt: EnginePrompt): number[] =>
    tokenizer.encode(prompt.kind === 'raw' ? prompt.text : tokenizer.applyChatTemplate(prompt.messages));

  return {
    model,
    supports,
    async *doStream({ prompt, parameters, signal }: EngineRequest): AsyncGenerator<EngineStreamPart, undefined> {
      const { temperature, topP, topK, minP, seed = 0, maxTokens = Number.MAX_SAFE_INTEGER, stop } = parameters;
      const sampling = { temperature, topP, topK, minP, seed };
      const request: TokenRequest = { prompt: encode(prompt), maxTokens, stopTokens: tokenizer.endTokens, sampling };
      const answer = new TinyAnswer(request.prompt.length, tokenizer.detokenizer(), stop);
      for await (const batch of backend.generate(request, { signal })) {
        yield* answer.take(batch);
        if (answer.stopped) break;
      }
      yield answer.finish();
    },
    doCountTokens: (prompt) => encode(prompt).length,
    doUnload: () => backend.unload(),
  };
}
