import { InvalidArgumentError, UnsupportedFeatureError, type EmbeddingEngine, type EmbedOptions, type ModelReference } from '@mlxengine/core';
import type { ComputeDtype, DeviceInformation } from '@mlxengine/core/backend';
import type { EmbeddingSettings } from '@mlxengine/models';
import type { BackendSelection } from '../backend-selection.js';
import { openTextModel, type InferenceEngineOptions, type OpenedTextModel } from '../open-model.js';
import type { EnginePlatform } from '../platform.js';
import { traceEmbedding } from '../telemetry/trace-embedding.js';
import { checkTexts } from '../vectors/check-texts.js';
import { longestSequence } from '../vectors/longest-sequence.js';
import { vectorLength } from '../vectors/vector-length.js';
import { VectorRunner } from '../vectors/vector-runner.js';

/** An `EmbeddingEngine` that `loadEmbeddingModel` made. */
export interface InferenceEmbeddingEngine extends EmbeddingEngine {
  /** Texts are cut to so many tokens, special ones included. */
  readonly maximumLength: number;
  /** Which backend runs it, why, and what was probed. */
  readonly backendSelection: BackendSelection;
  readonly device: DeviceInformation;
  /** Number format that it computes in. */
  readonly dtype: ComputeDtype;
  /** Time that loading took, in milliseconds. */
  readonly loadMs: number;
}

/** Loads an embedding model on a platform. */
export async function loadEmbeddingModelOn(
  platform: EnginePlatform, reference: ModelReference, options: InferenceEngineOptions,
): Promise<InferenceEmbeddingEngine> {
  const opened = await openTextModel(platform, reference, { ...options, task: 'embed' }, ({ graph, embedding }) => {
    if (graph.outputs.pooled === undefined || embedding === undefined) throw noVectors(graph.architecture);
  });
  return embeddingEngine(opened, opened.checkpoint.embedding!);
}

function embeddingEngine(opened: OpenedTextModel, settings: EmbeddingSettings): InferenceEmbeddingEngine {
  const { checkpoint, tokenizer, backend, backendSelection, model, loadMs } = opened;
  const runner = new VectorRunner(opened);
  const maximumLength = longestSequence(opened);
  const unload = (): Promise<void> => runner.unload();
  const dimensions = vectorLength(checkpoint.graph);
  const traced = { model: checkpoint.configuration.id, backend: backend.name };
  return {
    specificationVersion: 'v1',
    model: checkpoint.configuration,
    dimensions,
    prompts: Object.keys(settings.prompts),
    maximumLength, backendSelection, device: backend.device, dtype: model.dtype, loadMs,
    async embed(texts, { prompt, signal }: EmbedOptions = {}) {
      return traceEmbedding(traced, dimensions, async () => {
        checkTexts('texts', texts);
        const before = promptText(settings, prompt);
        const { vectors, tokens } = await runner.run(() => texts.map((text) => {
          const whole = before + text;
          return tokenizer.encodeSequence(settings.lowercase ? whole.toLowerCase() : whole, { maximumLength });
        }), signal);
        return { embeddings: vectors, usage: { promptTokens: tokens } };
      });
    },
    unload,
    [Symbol.asyncDispose]: unload,
  };
}

function promptText({ prompts, defaultPrompt }: EmbeddingSettings, name = defaultPrompt): string {
  if (name === undefined) return '';
  if (Object.hasOwn(prompts, name)) return prompts[name] ?? '';
  const known = Object.keys(prompts);
  const expected = known.length > 0 ? `one of ${known.join(', ')}` : 'none: this model has no prompts';
  throw new InvalidArgumentError('argument.out-of-range', { name: 'prompt', found: JSON.stringify(name), expected });
}

function noVectors(architecture: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: `This model of the architecture ${architecture}`, feature: 'embedding',
    remedy: 'Its files say of no pooling: choose an embedding model of sentence-transformers.',
  });
}
