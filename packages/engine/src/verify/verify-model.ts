import type { ModelReference } from '@mlxengine/core';
import type { Checkpoint, ModelTask } from '@mlxengine/models';
import { openOn, type InferenceEngineOptions } from '../open-model.js';
import type { EnginePlatform } from '../platform.js';
import type { ReferenceValues } from './read-reference.js';
import type { Verification } from './verification.js';
import { verifyLogits } from './verify-logits.js';
import { verifyVectors } from './verify-vectors.js';

/** What `verifyModel` takes: how to load, by default in float32, and what to compare with. */
export interface VerifyOptions extends InferenceEngineOptions {
  readonly reference: ReferenceValues;
  /** Greatest difference that passes; default 1e-3. */
  readonly tolerance?: number;
}

/** Loads a model without its tokenizer, compares it with reference values and unloads it. */
export async function verifyModelOn(
  platform: EnginePlatform, model: ModelReference, { reference, tolerance = 1e-3, ...options }: VerifyOptions,
): Promise<Verification> {
  const open = (task?: ModelTask): Promise<Opened> => openOn(platform, model, { dtype: 'float32', ...options, task }, async () => undefined);
  let first: Opened | undefined = await open();
  const task = otherTask(first.checkpoint, reference);
  if (task !== undefined) {
    await first.close();
    first = undefined;
  }
  await using opened = first ?? await open(task);
  const { graph } = opened.checkpoint;
  const context = { columns: graph.vocabularySize, tolerance, signal: options.signal === undefined ? {} : { signal: options.signal } };
  const verify = graph.outputs.logits === undefined ? verifyVectors : verifyLogits;
  const differences = await verify(opened.model, reference, context);
  const pass = Math.max(differences.maxAbsError, differences.maxAbsErrorStep) <= tolerance;
  return { architecture: graph.architecture, backend: opened.backend.name, tokens: reference.tokens.length, ...differences, pass };
}

type Opened = Awaited<ReturnType<typeof openOn<undefined>>>;

/** The task that gives what the reference has, where the model was made for another. */
function otherTask({ graph, task }: Checkpoint, { tokens, logits, stepLogits, pooled, hidden }: ReferenceValues): ModelTask | undefined {
  const vectors = pooled ?? hidden;
  if (task === 'generate') return vectors === undefined || logits !== undefined || stepLogits !== undefined ? undefined : vectorTask();
  return task === 'embed' && vectors === undefined && logits?.length === tokens.length * graph.vocabularySize ? 'generate' : undefined;

  /** The last token's logits are what rerankers read. */
  function vectorTask(): ModelTask {
    return pooled?.length === graph.vocabularySize ? 'rerank' : 'embed';
  }
}
