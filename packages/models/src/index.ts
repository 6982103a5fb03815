export { readCheckpoint, type Checkpoint, type ReadCheckpointOptions } from './read-checkpoint.js';
export { inspectModel, type ModelInspection } from './inspect-model.js';
export { estimateMemory, type MemoryEstimate } from './estimate-memory.js';
export { buildGraph, type ArchitectureOptions } from './build-graph.js';
export { supportedArchitectures } from './architectures/registry.js';
export {
  defineArchitecture,
  type Architecture,
  type ArchitectureDefinition,
  type ArchitecturePlan,
  type GraphResult,
} from './architectures/architecture.js';
export { GraphBuilder, type AttentionInputs, type GraphEnd } from './graph/graph-builder.js';
export { describeGraph } from './graph/describe-graph.js';
export { ropeSettings, type RopeInit } from './graph/rope-scaling.js';
export type { RopeSettings } from './graph/rope-settings.js';
export { ConfigReader, type Bounds } from './config/config-reader.js';
export type { DropRewrite, RenameRewrite, TensorPattern, WeightRewrite } from './checkpoint/weight-rewrite.js';
export { safetensorsChunks, type SafetensorsWriteOptions, type TensorToWrite } from './safetensors/safetensors-chunks.js';
export type { CheckpointSink } from './gguf/checkpoint-sink.js';
export { importGguf, type GgufImportProgress, type ImportGgufOptions } from './gguf/import-gguf.js';
