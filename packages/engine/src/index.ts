import type { ModelReference } from '@mlxengine/core';
import type { BackendProbe } from '@mlxengine/core/backend';
import { inferenceEngine, type InferenceEngine } from './inference-engine.js';
import { probeCandidate } from './probe-candidate.js';
import { loadEmbeddingModelOn, type InferenceEmbeddingEngine } from './embedding/load-embedding-model.js';
import { openModelOn, type InferenceEngineOptions, type OpenedModel } from './open-model.js';
import { loadRerankerOn, type InferenceReranker } from './reranking/load-reranker.js';
import { verifyModelOn, type VerifyOptions } from './verify/verify-model.js';
import type { Verification } from './verify/verification.js';
import { nodePlatform } from './platform-node.js';

export { readReference, type ReferenceValues } from './verify/read-reference.js';
export type { Differences, Verification } from './verify/verification.js';
export type { VerifyOptions } from './verify/verify-model.js';
export type { BackendChoice, BackendSelection } from './backend-selection.js';
export { explainChoice, type BackendExplanation } from './explain-choice.js';
export type { InferenceEmbeddingEngine } from './embedding/load-embedding-model.js';
export type { InferenceReranker } from './reranking/load-reranker.js';
export type { InferenceEngine } from './inference-engine.js';
export type { InferenceEngineOptions, OpenedModel } from './open-model.js';

/**
 * Loads a model and gives an engine that answers. With `import * as mlxengine`, the module itself is an `LLMEngineLoader`.
 * @param model - a folder, a registry name such as `smollm2`, a hub id, or a source of files
 * @throws `ModelNotFoundError`, `DownloadError`, `StorageError`, `StarterModelError`, `CheckpointError`, `GraphError`,
 * `UnsupportedArchitectureError`, `TokenizerError`, `BackendUnavailableError`, `UnsupportedFeatureError`, `OutOfMemoryError`;
 * `AbortedError` by the signal
 */
export async function loadModel(model: ModelReference, options: InferenceEngineOptions = {}): Promise<InferenceEngine> {
  return inferenceEngine(await openModel(model, options));
}

/**
 * Loads a model at the level of tokens.
 * @throws what {@link loadModel} throws
 */
export async function openModel(model: ModelReference, options: InferenceEngineOptions = {}): Promise<OpenedModel> {
  return openModelOn(nodePlatform, model, options);
}

/**
 * Loads a model that turns texts into vectors: BERT, XLM-R and ModernBERT, and decoders such as Qwen3-Embedding and EmbeddingGemma, with
 * pooling and what follows as sentence-transformers' files beside the model say. Without such files encoders take the mean and decoders
 * the last token's vector, made one long. Texts that are too long are cut at their end, as sentence-transformers does.
 * @throws what {@link loadModel} throws; `UnsupportedFeatureError` for a model that generates or ranks
 */
export async function loadEmbeddingModel(model: ModelReference, options: InferenceEngineOptions = {}): Promise<InferenceEmbeddingEngine> {
  return loadEmbeddingModelOn(nodePlatform, model, options);
}

/**
 * Loads a model that says how well documents answer a query: cross-encoders with one label, and Qwen3-Reranker.
 * @throws what {@link loadModel} throws; `UnsupportedFeatureError` for a model that generates or embeds
 */
export async function loadReranker(model: ModelReference, options: InferenceEngineOptions = {}): Promise<InferenceReranker> {
  return loadRerankerOn(nodePlatform, model, options);
}

/** Probes every backend of this platform, in order of preference. */
export async function probeBackends(): Promise<readonly BackendProbe[]> {
  return Promise.all(nodePlatform.candidates.map(probeCandidate));
}

/**
 * Compares a model's numbers with another implementation's (see `readReference`) in one prefill, in chunks, beside another
 * sequence and step by step. It needs no tokenizer.
 * @throws what {@link loadModel} throws
 */
export async function verifyModel(model: ModelReference, options: VerifyOptions): Promise<Verification> {
  return verifyModelOn(nodePlatform, model, options);
}
