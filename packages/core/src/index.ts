export type { EmbeddingEngine, EmbeddingResult, EmbedOptions } from './engine/embedding-engine.js';
export type { RerankingEngine, RerankOptions, RerankResult } from './engine/reranking-engine.js';
export { defineEngine } from './engine/define-engine.js';
export type { EngineImplementation, EngineRequest } from './engine/engine-implementation.js';
export type { EngineParameters } from './engine/engine-parameters.js';
export type { EnginePrompt, MessagesPrompt, RawPrompt } from './engine/engine-prompt.js';
export type { EngineStreamPart, FinishPart, TextPart } from './engine/engine-stream-part.js';
export type { EngineSupports } from './engine/engine-supports.js';
export type { GenerateParameterName, GenerateParameters, LogitBiasParameter } from './engine/generate-parameters.js';
export type { FinishReason, GenerateResult, GenerationTimings, TokenUsage } from './engine/generate-result.js';
export type { GenerationStream } from './engine/generation-stream.js';
export type { LogProbability, TokenLogProbabilities } from './engine/token-log-probabilities.js';
export type { LLMEngine } from './engine/llm-engine.js';
export type { LLMEngineLoader, LoadModelOptions, LoadPhase, LoadProgress } from './engine/llm-engine-loader.js';
export type { Message, MessageRole } from './engine/message.js';
export type { Prompt } from './engine/prompt.js';
export type { FinishEvent, PrefillProgressEvent, StreamEvent, TextDeltaEvent } from './engine/stream-event.js';
export type { ChatTemplateOptions, EncodeOptions, StreamingDetokenizer, Tokenizer } from './engine/tokenizer.js';
export type { CachedModel, Downloader, DownloadOptions, DownloadProgress } from './model/downloader.js';
export type { ModelConfiguration, SamplingDefaults } from './model/model-configuration.js';
export type { ModelReference } from './model/model-reference.js';
export type { ModelFile, ModelSource, ReadOptions } from './model/model-source.js';
export type { Quantization, QuantizationMode } from './model/quantization.js';
export type {
  ReadTensorOptions,
  TensorDtype,
  TensorInformation,
  TensorLocation,
  TensorStream,
  WeightSource,
} from './model/weight-source.js';
export type { CodedErrorOptions, CodeOf } from './errors/coded.js';
export { MLXEngineError, type ErrorClass, type ErrorInit } from './errors/mlx-engine-error.js';
export { AbortedError, type AbortedErrorCode, type AbortedErrorOptions } from './errors/aborted-error.js';
export { BackendError, type BackendErrorCode } from './errors/backend-error.js';
export { BackendUnavailableError, type BackendUnavailableErrorCode } from './errors/backend-unavailable-error.js';
export { ChatError, type ChatErrorCode } from './errors/chat-error.js';
export { CheckpointError, type CheckpointErrorCode } from './errors/checkpoint-error.js';
export { CommandError, type CommandErrorCode } from './errors/command-error.js';
export { ConformanceError, type ConformanceErrorCode } from './errors/conformance-error.js';
export { ContextLengthError, type ContextLengthErrorCode } from './errors/context-length-error.js';
export { DownloadError, type DownloadErrorCode } from './errors/download-error.js';
export { EngineError, type EngineErrorCode } from './errors/engine-error.js';
export { GraphError, type GraphErrorCode } from './errors/graph-error.js';
export { InvalidArgumentError, type InvalidArgumentErrorCode } from './errors/invalid-argument-error.js';
export { ModelNotFoundError, type ModelNotFoundErrorCode } from './errors/model-not-found-error.js';
export { OutOfMemoryError, type OutOfMemoryErrorCode } from './errors/out-of-memory-error.js';
export { RegistryError, type RegistryErrorCode } from './errors/registry-error.js';
export { StarterModelError, type StarterModelErrorCode } from './errors/starter-model-error.js';
export { StorageError, type StorageErrorCode } from './errors/storage-error.js';
export { TokenizerError, type TokenizerErrorCode } from './errors/tokenizer-error.js';
export { UnloadedError, type UnloadedErrorCode } from './errors/unloaded-error.js';
export { UnsupportedArchitectureError, type UnsupportedArchitectureErrorCode } from './errors/unsupported-architecture-error.js';
export { UnsupportedFeatureError, type UnsupportedFeatureErrorCode } from './errors/unsupported-feature-error.js';
export { throwIfAborted } from './checks/throw-if-aborted.js';
export {
  listFeatureFlags,
  resolveFeatureFlags,
  type ExperimentalFeatures,
  type FeatureFlag,
  type FeatureFlagName,
  type FeatureFlagOrigin,
} from './features/feature-flags.js';
