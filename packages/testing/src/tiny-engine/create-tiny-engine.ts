import { defineEngine, type EngineImplementation, type LLMEngine } from '@mlxengine/core';
import { createReferenceBackend } from '../reference/create-reference-backend.js';
import { createTinyModel } from '../tiny-model/create-tiny-model.js';
import { tinyTextOptions } from '../tiny-checkpoint/tiny-text-options.js';
import { createByteTokenizer } from './byte-tokenizer.js';
import { createTinyImplementation } from './tiny-implementation.js';

/**
 * A whole engine in plain TypeScript over a tiny random model: real inference that says nonsense, in milliseconds and
 * without files. For tests of what is built on engines.
 *
 * @example
 * ```ts
 * import { createTinyEngine } from '@mlxengine/testing';
 *
 * await using engine = await createTinyEngine();
 * const { text, usage } = await engine.generate('Hello', { maxTokens: 8 });
 * console.log(text.length, usage?.completionTokens); // 8 8
 * ```
 */
export async function createTinyEngine(): Promise<LLMEngine> {
  return defineEngine(await loadTinyImplementation());
}

/** What {@link createTinyEngine} defines its engine by. */
export async function loadTinyImplementation(): Promise<EngineImplementation> {
  const { graph, weights } = createTinyModel(tinyTextOptions);
  const { architecture, vocabularySize, contextLength } = graph;
  return createTinyImplementation({
    model: { id: 'tiny', architecture, vocabularySize, contextLength },
    backend: await createReferenceBackend().loadModel(graph, weights),
    tokenizer: createByteTokenizer(),
  });
}
