export { createReferenceBackend } from './reference/create-reference-backend.js';
export { createTinyModel, type TinyModel } from './tiny-model/create-tiny-model.js';
export { createMemoryWeights } from './tiny-model/memory-weights.js';
export type { TinyModelOptions } from './tiny-model/tiny-model-options.js';
export type { FloatDtype, TensorWithBytes } from './tiny-model/dense-tensor.js';
export { testInferenceBackend, type InferenceBackendSuite } from './backend-suite/test-inference-backend.js';
export type { SuiteRunner } from './suite/run-cases.js';
