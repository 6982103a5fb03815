import {
  throwIfAborted,
  UnsupportedFeatureError,
  type ExperimentalFeatures,
  type LoadModelOptions,
  type ModelReference,
  type ModelSource,
  type Tokenizer,
} from '@mlxengine/core';
import {
  type BackendModel,
  type InferenceBackend,
  type LoadedAdapter,
  type MemoryLimits,
  requireFeature,
} from '@mlxengine/core/backend';
import { readCheckpoint, type Architecture, type Checkpoint, type ModelTask } from '@mlxengine/models';
import { loadTokenizer, type TextTokenizer } from '@mlxengine/text';
import { passedLoadOptions, type PassedLoadOptions } from './backend-load-options.js';
import type { BackendChoice, BackendSelection } from './backend-selection.js';
import type { EnginePlatform } from './platform.js';
import { resolveModel } from './resolve-model.js';
import { checkMemory } from './check-memory.js';
import { adapterRemedy, loadAdapter } from './load-adapter.js';
import { cannotIsolate, requestedFeatures, unsupportedFeatures } from './requested-features.js';
import { selectBackend, type SelectedBackend } from './select-backend.js';

/** How {@link openModel} and `loadModel` load. */
export interface InferenceEngineOptions extends LoadModelOptions, PassedLoadOptions, MemoryLimits {
  /** Default `auto`; a backend of one's own is used as it is and stays open at `unload`. */
  readonly backend?: BackendChoice | InferenceBackend;
  /**
   * Whether the backend lives in a process of its own, whose end by a native crash is then but a pause; default `false`. MLX
   * alone does; where another is asked for or all there is, that is a typed error.
   */
  readonly isolate?: boolean;
  /**
   * A LoRA or DoRA adapter that every answer is computed with, as mlx-lm or PEFT writes it: a folder, a hub id or a source. Needs a backend with
   * the feature `adapters`.
   */
  readonly adapter?: ModelReference;
  /** Features that are not settled yet; default: what the environment says, else off. */
  readonly experimental?: ExperimentalFeatures;
  /** Families of the application's own, besides those that come along; see `defineArchitecture`. */
  readonly architectures?: readonly Architecture[];
}

/** A model in a backend, at the level of tokens: for benchmarks and for whoever schedules tokens themselves. */
export interface OpenedModel extends AsyncDisposable {
  readonly checkpoint: Checkpoint;
  readonly tokenizer: Tokenizer;
  readonly backend: InferenceBackend;
  readonly backendSelection: BackendSelection;
  readonly model: BackendModel;
  /** Of the model, where it was opened with one. */
  readonly adapter?: LoadedAdapter;
  /** Time from the call until the model was ready, in milliseconds. */
  readonly loadMs: number;
  /** Gives all memory back. A second call does nothing. */
  close(): Promise<void>;
}

/** Finds, checks and loads a model on a platform. Nothing stays in memory after a failure. */
export async function openModelOn(
  platform: EnginePlatform,
  reference: ModelReference,
  options: InferenceEngineOptions,
): Promise<OpenedModel> {
  return openTextModel(platform, reference, options, ({ graph, task }) => {
    if (graph.outputs.logits === undefined || task !== 'generate') throw generatesNothing(graph.architecture, task);
  });
}

function generatesNothing(architecture: string, task: ModelTask): UnsupportedFeatureError {
  const remedy = task === 'rerank' ? 'It says how well texts answer a query: load it with loadReranker.' : 'It makes vectors: load it with loadEmbeddingModel.';
  return new UnsupportedFeatureError('feature.unsupported', { component: `This model of the architecture ${architecture}`, feature: 'generation', remedy });
}

/**
 * Does it for a model of any task.
 * @param check - throws where the model is not what is wanted
 */
export async function openTextModel(
  platform: EnginePlatform, reference: ModelReference, options: OpenOptions, check: (checkpoint: Checkpoint) => void,
): Promise<OpenedTextModel> {
  const prepare = (source: ModelSource, { endTokens }: Checkpoint, signal: AbortSignal): Promise<TextTokenizer> => {
    options.onProgress?.({ phase: 'tokenizer' });
    return loadTokenizer(source, { signal, endTokens });
  };
  const { prepared: tokenizer, ...opened } = await openOn(platform, reference, options, prepare, (checkpoint) => {
    check(checkpoint);
    return checkpoint;
  });
  return { ...opened, tokenizer };
}

/** A model of any task with its tokenizer. */
export interface OpenedTextModel extends OpenedModel {
  readonly tokenizer: TextTokenizer;
}

/** What is not for applications to say. */
export interface OpenOptions extends InferenceEngineOptions {
  /** Default: what the model was made for. */
  readonly task?: ModelTask | undefined;
}

/**
 * Does it for a model without a tokenizer.
 * @param prepare - what else has to be made of its files; the weights are loaded meanwhile, and its signal tells of their failure too
 * @param adapt - what is loaded in place of what the files say; throws where the model is not what is wanted
 */
export async function openOn<Prepared>(
  platform: EnginePlatform,
  reference: ModelReference,
  options: OpenOptions,
  prepare: (source: ModelSource, checkpoint: Checkpoint, signal: AbortSignal) => Promise<Prepared>,
  adapt: (checkpoint: Checkpoint) => Checkpoint = (checkpoint) => checkpoint,
): Promise<OpenedWith<Prepared>> {
  const start = performance.now();
  throwIfAborted(options.signal, 'Loading the model');
  const requested = requestedFeatures(options.experimental);
  if (typeof options.backend === 'object' && requested.length > 0) throw unsupportedFeatures(options.backend.name, requested);
  if (typeof options.backend === 'object' && options.isolate === true) throw cannotIsolate(options.backend.name);
  // The name is followed first: a misspelled one should not wait for a probe.
  const source = await resolveModel(platform, reference, {
    ...signalOf(options),
    onProgress: (progress) => options.onProgress?.({ ...progress, phase: 'download' }),
  });
  options.onProgress?.({ phase: 'read' });
  const { architectures, task } = options;
  const read = adapt(await readCheckpoint(source, { ...signalOf(options), task, ...(architectures && { architectures }) }));
  const configuration = { ...read.configuration, id: typeof reference === 'string' ? reference : source.name };
  const selected = await takeBackend(platform, options);
  try {
    if (options.adapter !== undefined) requireFeature(selected.backend.supports, selected.backend.name, 'adapters', adapterRemedy);
    await limitMemory(selected.backend, options);
    const checkpoint = checkMemory({ ...read, configuration }, selected.backend, options.dtype);
    const [prepared, model] = await sideBySide(
      options.signal,
      (signal) => prepare(source, checkpoint, signal),
      (signal) => selected.backend.loadModel(checkpoint.graph, checkpoint.weights, {
        signal,
        ...passedLoadOptions(options),
        onProgress: (progress) => options.onProgress?.({ ...progress, phase: 'weights' }),
      }),
    );
    const adapter = await loadAdapter(platform, { checkpoint, model, options });
    return { ...opened(checkpoint, selected, model, performance.now() - start), ...(adapter && { adapter }), prepared };
  } catch (error) {
    await selected.release();
    throw error;
  }
}

/**
 * Prepares and loads at once. Where one fails the other is aborted, and the failure is thrown once both have ended and nothing is held.
 */
async function sideBySide<Prepared>(
  signal: AbortSignal | undefined,
  prepare: (signal: AbortSignal) => Promise<Prepared>,
  load: (signal: AbortSignal) => Promise<BackendModel>,
): Promise<readonly [Prepared, BackendModel]> {
  const failed = new AbortController();
  const either = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
  const start = async <Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> => {
    try {
      return await work(either);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  const [prepared, model] = await Promise.allSettled([start(prepare), start(load)]);
  if (prepared.status === 'fulfilled' && model.status === 'fulfilled') return [prepared.value, model.value];
  if (model.status === 'fulfilled') await model.value.unload();
  throw failed.signal.reason;
}

/** An opened model with what else was made of its files. */
interface OpenedWith<Prepared> extends Omit<OpenedModel, 'tokenizer'> {
  readonly prepared: Prepared;
}

/** @throws `UnsupportedFeatureError` where limits are asked for that the backend has not */
async function limitMemory(backend: InferenceBackend, { memoryLimit, cacheLimit, wiredLimit }: InferenceEngineOptions): Promise<void> {
  const limits = {
    ...(memoryLimit !== undefined && { memoryLimit }), ...(cacheLimit !== undefined && { cacheLimit }), ...(wiredLimit !== undefined && { wiredLimit }),
  };
  if (Object.keys(limits).length === 0) return;
  requireFeature(backend.supports, backend.name, 'memory-limits', 'Leave the limits of memory out, or use MLX.');
  await backend.setMemoryLimits?.(limits);
}

interface TakenBackend extends SelectedBackend {
  /** Closes the backend where it is ours. */
  release(): Promise<void>;
}

async function takeBackend(platform: EnginePlatform, options: InferenceEngineOptions): Promise<TakenBackend> {
  const choice = options.backend ?? 'auto';
  if (typeof choice === 'string') {
    const { experimental, isolate } = options;
    const selected = await selectBackend(platform, choice, { ...(experimental && { experimental }), ...(isolate !== undefined && { isolate }) });
    return { ...selected, release: async () => selected.backend[Symbol.asyncDispose]() };
  }
  const reason = `${choice.name} was given by the application`;
  const selection = { requested: 'custom', backend: choice.name, reason, probes: [] } as const;
  return { backend: choice, selection, release: async () => undefined };
}

function opened(
  checkpoint: Checkpoint,
  { backend, selection, release }: TakenBackend,
  model: BackendModel,
  loadMs: number,
): Omit<OpenedModel, 'tokenizer'> {
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= model.unload().finally(release));
  return {
    checkpoint,
    backend,
    backendSelection: selection,
    model,
    loadMs,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function signalOf({ signal }: LoadModelOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
