import type { ModelConfiguration } from '../model/model-configuration.js';
import type { EngineParameters } from './engine-parameters.js';
import type { EnginePrompt } from './engine-prompt.js';
import type { EngineStreamPart } from './engine-stream-part.js';
import type { EngineSupports } from './engine-supports.js';

/** One answer to make. */
export interface EngineRequest {
  readonly prompt: EnginePrompt;
  readonly parameters: EngineParameters;
  /** Fires when the caller aborts, the reader leaves or the engine is unloaded: stop soon, then throw or just end. */
  readonly signal: AbortSignal;
}

/** What a third party writes; `defineEngine` makes an `LLMEngine` of it. */
export interface EngineImplementation {
  readonly model: ModelConfiguration;
  readonly supports: EngineSupports;
  /**
   * Makes one answer: text parts, then one finish part, then the end. Called while the caller waits in `stream`, so
   * anything slow belongs behind the first `await`. Requests may run side by side. What it throws reaches the caller:
   * errors of this package as they are, others as the cause of an `EngineError`.
   */
  doStream(request: EngineRequest): AsyncIterable<EngineStreamPart>;
  /** Tokens that a prompt takes, the chat template's included; needed where `supports.countTokens` is true. */
  doCountTokens?(prompt: EnginePrompt): number | Promise<number>;
  /** Gives all memory back. Called once, when no request runs any more. */
  doUnload?(): void | Promise<void>;
}
