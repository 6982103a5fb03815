import type { ModelConfiguration } from '../model/model-configuration.js';
import type { EngineSupports } from './engine-supports.js';
import type { GenerateParameters } from './generate-parameters.js';
import type { GenerateResult } from './generate-result.js';
import type { GenerationStream } from './generation-stream.js';
import type { Prompt } from './prompt.js';

/** One loaded model that answers. Implement it through `defineEngine`. */
export interface LLMEngine extends AsyncDisposable {
  readonly specificationVersion: 'v1';
  readonly model: ModelConfiguration;
  readonly supports: EngineSupports;
  /** The whole answer. @throws what the iteration of `stream` throws; `AbortedError` by the signal. */
  generate(prompt: Prompt, parameters?: GenerateParameters): Promise<GenerateResult>;
  /** The answer as it comes. @throws at once: `InvalidArgumentError`, `UnsupportedFeatureError`, `UnloadedError`. */
  stream(prompt: Prompt, parameters?: GenerateParameters): GenerationStream;
  /** Tokens that a prompt takes, the chat template's included. */
  countTokens(prompt: Prompt): Promise<number>;
  /** Cancels what runs and gives all memory back. A second call does nothing. */
  unload(): Promise<void>;
}
