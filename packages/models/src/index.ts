export { safetensorsChunks, type SafetensorsWriteOptions, type TensorToWrite } from './safetensors/safetensors-chunks.js';
export type { CheckpointSink } from './gguf/checkpoint-sink.js';
export { importGguf, type GgufImportProgress, type ImportGgufOptions } from './gguf/import-gguf.js';
