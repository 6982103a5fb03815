import { defineEngine, type LLMEngine } from '@mlxengine/core';
import type { ComputeDtype, DeviceInformation } from '@mlxengine/core/backend';
import type { BackendSelection } from './backend-selection.js';
import { encodePrompt } from './encode-prompt.js';
import { generateText } from './generate-text.js';
import type { OpenedModel } from './open-model.js';
import { sampledParameters } from './sampling-of.js';
import { traceGeneration } from './telemetry/trace-generation.js';

/** An `LLMEngine` that `loadModel` made: a checkpoint in MLX's format, in one of the backends. */
export interface InferenceEngine extends LLMEngine {
  /** Which backend runs it, why, and what was probed. */
  readonly backendSelection: BackendSelection;
  readonly device: DeviceInformation;
  /** Number format that it computes in. */
  readonly dtype: ComputeDtype;
  /** Time that loading took, in milliseconds. */
  readonly loadMs: number;
}

/** An engine over a model that is open; `unload` closes it. */
export function inferenceEngine(opened: OpenedModel): InferenceEngine {
  const { checkpoint, tokenizer, backend, backendSelection, model, loadMs } = opened;
  const traced = { model: checkpoint.configuration.id, backend: backend.name };
  const engine = defineEngine({
    model: checkpoint.configuration,
    supports: {
      parameters: ['maxTokens', 'temperature', 'topP', 'topK', 'minP', 'seed', 'stop', ...sampledParameters(backend.supports)],
      rawPrompts: true,
      countTokens: true,
      prefillProgress: true,
      deterministicSeed: true,
    },
    doStream: (request) => traceGeneration(traced, request, generateText(opened, request)),
    doCountTokens: (prompt) => encodePrompt(tokenizer, prompt).length,
    doUnload: opened.close,
  });
  return { ...engine, backendSelection, device: backend.device, dtype: model.dtype, loadMs };
}
