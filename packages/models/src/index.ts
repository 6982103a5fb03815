export { readCheckpoint, type Checkpoint, type ReadCheckpointOptions } from './read-checkpoint.js';
export type { ModelTask } from './encoders/plan-task.js';
export type { EmbeddingModule, EmbeddingSettings, Pooling } from './encoders/read-sentence-transformers.js';
export { readAdapter, type ReadAdapterOptions } from './adapters/read-adapter.js';
export { inspectModel, type ModelInspection } from './inspect-model.js';
export { contextMemory, estimateMemory, fittingContext, type MemoryEstimate, type MemoryUse } from './estimate-memory.js';
export { buildGraph, type ArchitectureOptions } from './build-graph.js';
export { supportedArchitectures } from './architectures/registry.js';
export {
  defineArchitecture,
  type Architecture,
  type ArchitectureDefinition,
  type ArchitecturePlan,
  type GraphResult,
} from './architectures/architecture.js';
export { GraphBuilder, type GraphEnd } from './graph/graph-builder.js';
export type { AttentionInputs, LatentAttentionInputs } from './graph/builder/attention-builder.js';
export type { RouteOptions } from './graph/builder/expert-builder.js';
export type { ClipBounds } from './graph/builder/math-builder.js';
export type { CausalConvOptions, GatedDeltaInputs, SSMScanInputs } from './graph/builder/recurrence-builder.js';
export type { EmbeddingOptions, LayerNormOptions } from './graph/builder/weight-builder.js';
export { describeGraph } from './graph/describe-graph.js';
export { ropeSettings } from './graph/rope-scaling.js';
export type { RopeInit } from './graph/rope-init.js';
export { applyYarnMscale } from './graph/rope-yarn.js';
export type { RopeSettings } from './graph/rope-settings.js';
export { ConfigReader, type Bounds } from './config/config-reader.js';
export { CheckpointTensors } from './sanitize/checkpoint-tensors.js';
export { SymbolicTensor } from './sanitize/symbolic-tensor.js';
export type { LocatedTensor } from './checkpoint/located-tensor.js';
export {
  dequantizeAffine, dequantizeFloat8, normalizeColumns, quantizeAffine, repackTernary, type AffineTensors, type Float8Blocks,
} from './sanitize/rewrites.js';
export type { AffineFormat } from './sanitize/functions/affine-groups.js';
export type { SymbolicTensorData, TensorExpression, TensorFunction } from './sanitize/tensor-expression.js';
export { readSafetensors, type TensorWithBytes } from './safetensors/read-safetensors.js';
export { safetensorsChunks, type SafetensorsWriteOptions, type TensorToWrite } from './safetensors/safetensors-chunks.js';
export type { CheckpointSink } from './gguf/checkpoint-sink.js';
export { importGguf, type GgufImportProgress, type ImportGgufOptions } from './gguf/import-gguf.js';
