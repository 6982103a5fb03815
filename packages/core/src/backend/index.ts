export {
  checkAdapter,
  checkAdapterFeature,
  type AdapterChoice,
  type AdapterFactor,
  type AdapterSource,
  type AdapterWeight,
  type FuseAdapterOptions,
  type LoadAdapterOptions,
  type LoadedAdapter,
} from './adapters.js';
export type { BackendProbe, ProbeCheck } from './backend-probe.js';
export type { BackendSupports } from './backend-supports.js';
export { requireFeature, type BackendFeature } from './features.js';
export type {
  BackendLoadOptions,
  BackendModel,
  ComputeDtype,
  DeviceInformation,
  InferenceBackend,
} from './inference-backend.js';
export type { EmbedRequest, EmbedResult } from './embed.js';
export type { LogitBias, SamplingParameters } from './sampling.js';
export { cacheFormat, type CacheFormat, type CompleteCacheFormat } from './cache-format.js';
export { batchingLimits, type BatchingLimits, type BatchingOptions } from './batching.js';
export type {
  LoadCacheRequest,
  LoadedCache,
  PrefixCacheEnd,
  PrefixCacheOptions,
  PrefixCacheReport,
  PrefixCacheRequest,
  SaveCacheRequest,
  SavedCache,
} from './cache.js';
export { checkCacheOptions, checkLoadCache, checkSaveCache } from './check-cache.js';
export { checkLoadFeatures } from './check-load-features.js';
export { checkRequestFeatures } from './check-request-features.js';
export { checkMemoryLimits, type MemoryLimits, type MemoryPressure, type MemoryPressureLevel, type MemoryReport } from './memory.js';
export type { ScoreBatchRequest, ScoreRequest, ScoreResult } from './score.js';
export {
  checkSpeculation,
  mostDraftedTokens,
  type DraftModel,
  type PromptLookup,
  type Speculation,
  type SpeculationStatistics,
} from './speculation.js';
export type { TokenConstraint } from './token-constraint.js';
export type {
  FinishBatch,
  PrefillProgressBatch,
  TokenBatch,
  TokenRequest,
  TokensBatch,
  TokenStatistics,
} from './token-request.js';
export { mostLogProbabilities } from './token-request.js';
export { uniform, uniformOfXTC } from './uniform.js';
export { createTokenStream, type TokenStreamOptions } from './create-token-stream.js';
export { checkEmbeds, checkGenerates } from './check-outputs.js';
export { checkTokenTypes } from './check-token-types.js';
export { validateEmbedRequest, validateScoreBatchRequest, validateScoreRequest, validateTokenRequest } from './validate-token-request.js';
export { formatProfile } from './format-profile.js';
export type { ChromeTrace, ChromeTraceEvent, ProfiledKind, ProfiledOperations, ProfiledStep, ProfilePhase, RequestProfile } from './profile.js';
export { toChromeTrace } from './to-chrome-trace.js';
