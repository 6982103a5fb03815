import type { ModelReference } from '@mlxengine/core';
import type { Checkpoint, ModelTask } from '@mlxengine/models';
import { openOn, type InferenceEngineOptions } from '../open-model.js';
import type { EnginePlatform } from '../platform.js';
import { checkReference } from './check-reference.js';
import { extendContext } from './extend-context.js';
import type { ReferenceValues } from './read-reference.js';
import type { Differences, Verification } from './verification.js';
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
  const open = (task?: ModelTask): Promise<Opened> => openOn(
    platform, model, { dtype: 'float32', ...options, task }, async () => undefined, (checkpoint) => adapt(checkpoint, reference),
  );
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
  const differences = finite(await verify(opened.model, reference, context));
  const pass = Math.max(differences.maxAbsError, differences.maxAbsErrorStep) <= tolerance;
  return { architecture: graph.architecture, backend: opened.backend.name, tokens: reference.tokens.length, ...differences, pass };
}

/** Refuses a reference that is not the model's before its weights are read, and makes room for its tokens. */
function adapt(checkpoint: Checkpoint, reference: ReferenceValues): Checkpoint {
  const { graph } = checkpoint;
  if (otherTask(checkpoint, reference) === undefined) checkReference(reference, graph);
  return { ...checkpoint, graph: extendContext(graph, reference.tokens.length) };
}

/** JSON has no other way to say of a number that it is as wrong as can be. */
function finite({ maxAbsError, maxAbsErrorStep, meanKL, top1Agreement }: Differences): Differences {
  const bounded = (value: number): number => (value <= Number.MAX_VALUE ? value : Number.MAX_VALUE);
  return { maxAbsError: bounded(maxAbsError), maxAbsErrorStep: bounded(maxAbsErrorStep), meanKL: meanKL === null ? null : bounded(meanKL), top1Agreement };
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
