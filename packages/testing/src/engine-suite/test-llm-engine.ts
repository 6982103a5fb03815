import type { LLMEngine, Prompt } from '@mlxengine/core';
import { runCases, type SuiteRunner } from '../suite/run-cases.js';
import { answerCases } from './answer-cases.js';
import { cancelCases } from './cancel-cases.js';
import { EngineContext } from './engine-context.js';
import { failureCases } from './failure-cases.js';
import { lengthCases } from './length-cases.js';
import { parameterCases } from './parameter-cases.js';
import { stopCases } from './stop-cases.js';

/** What {@link testLLMEngine} takes. */
export interface LLMEngineSuite extends SuiteRunner {
  /** A loaded engine; called once for most tests, and once more for the test of `unload`. */
  readonly createEngine: () => LLMEngine | Promise<LLMEngine>;
  /** A prompt whose greedy answer has `longTokens` tokens or more and begins with a visible character. Default: counting. */
  readonly prompt?: Prompt;
  /** Tokens of an answer that is worth cancelling; default 48. Shorten it for an engine of few tokens a second. */
  readonly longTokens?: number;
}

const cases = [...answerCases, ...lengthCases, ...stopCases, ...parameterCases, ...cancelCases, ...failureCases];

/**
 * Registers the conformance tests of an {@link LLMEngine} with any test runner. Which of them apply follows what the
 * engine `supports`. They run one after another on one engine; the last one unloads it.
 *
 * @example
 * ```ts
 * import { createTinyEngine, testLLMEngine } from '@mlxengine/testing';
 * import { test } from 'node:test';
 *
 * await testLLMEngine({ test, createEngine: createTinyEngine });
 * ```
 */
export async function testLLMEngine(suite: LLMEngineSuite): Promise<void> {
  const { createEngine, prompt = 'Count from one to one hundred.', longTokens = 48, ...runner } = suite;
  runCases(runner, cases, new EngineContext(await createEngine(), createEngine, prompt, longTokens));
}
