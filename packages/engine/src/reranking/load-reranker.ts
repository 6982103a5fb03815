import { UnsupportedFeatureError, type ModelReference, type RerankingEngine, type RerankOptions } from '@mlxengine/core';
import type { ComputeDtype, DeviceInformation } from '@mlxengine/core/backend';
import type { BackendSelection } from '../backend-selection.js';
import { openTextModel, type InferenceEngineOptions, type OpenedTextModel } from '../open-model.js';
import type { EnginePlatform } from '../platform.js';
import { checkText, checkTexts } from '../vectors/check-texts.js';
import { vectorLength } from '../vectors/vector-length.js';
import { VectorRunner } from '../vectors/vector-runner.js';
import { scorerOf } from './scorer-of.js';
import type { Scorer } from './scorer.js';

/** A `RerankingEngine` that `loadReranker` made. */
export interface InferenceReranker extends RerankingEngine {
  /** Which backend runs it, why, and what was probed. */
  readonly backendSelection: BackendSelection;
  readonly device: DeviceInformation;
  /** Number format that it computes in. */
  readonly dtype: ComputeDtype;
  /** Time that loading took, in milliseconds. */
  readonly loadMs: number;
}

/** Loads a reranker on a platform. */
export async function loadRerankerOn(platform: EnginePlatform, reference: ModelReference, options: InferenceEngineOptions): Promise<InferenceReranker> {
  const opened = await openTextModel(platform, reference, { ...options, task: 'rerank' }, () => undefined);
  try {
    return reranker(opened, scorerOf(opened, vectorLength(opened.checkpoint.graph)));
  } catch (error) {
    await opened.close();
    throw error;
  }
}

function reranker(opened: OpenedTextModel, scorer: Scorer): InferenceReranker {
  const { checkpoint, backend, backendSelection, model, loadMs } = opened;
  const runner = new VectorRunner(opened);
  const unload = (): Promise<void> => runner.unload();
  return {
    specificationVersion: 'v1',
    model: checkpoint.configuration,
    backendSelection, device: backend.device, dtype: model.dtype, loadMs,
    async rerank(query, documents, { instruction, signal }: RerankOptions = {}) {
      checkText('query', query);
      checkTexts('documents', documents);
      if (instruction !== undefined && !scorer.takesInstruction) throw noInstruction(checkpoint.graph.architecture);
      const { vectors, tokens } = await runner.run(() => documents.map((document) => scorer.encode(query, document, instruction)), signal);
      const scores = vectors.map((vector) => scorer.score(vector));
      const order = scores.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
      return { scores, order, usage: { promptTokens: tokens } };
    },
    unload,
    [Symbol.asyncDispose]: unload,
  };
}

function noInstruction(architecture: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: `The reranker of the architecture ${architecture}`, feature: 'an instruction', remedy: 'Leave it out, or load a Qwen3 reranker.',
  });
}
