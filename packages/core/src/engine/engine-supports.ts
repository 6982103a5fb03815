import type { GenerateParameterName } from './generate-parameters.js';

/** What an engine can do; it drives feature errors and which conformance tests run. */
export interface EngineSupports {
  /** Parameters that it honours; any other throws. */
  readonly parameters: readonly GenerateParameterName[];
  /** Whether `{ raw }` prompts work. */
  readonly rawPrompts: boolean;
  /** Whether `countTokens` works. */
  readonly countTokens: boolean;
  /** Whether prefill-progress events come. */
  readonly prefillProgress: boolean;
  /** Whether the same seed gives the same answer. */
  readonly deterministicSeed: boolean;
}
