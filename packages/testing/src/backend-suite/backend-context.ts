import type { BackendModel, ComputeDtype, InferenceBackend } from '@mlxengine/core/backend';
import { createReferenceBackend } from '../reference/create-reference-backend.js';
import { createTinyModel, type TinyModel } from '../tiny-model/create-tiny-model.js';
import type { TinyModelOptions } from '../tiny-model/tiny-model-options.js';

/** One tiny model in the backend that is tested and in the reference. */
export interface ModelPair {
  readonly tiny: TinyModel;
  readonly subject: BackendModel;
  readonly reference: BackendModel;
}

/** What a backend may keep of a model of a megabyte: tables and the like, made once. */
export const memorySlackBytes = 65_536;

/** What the cases of a backend share. */
export class BackendContext {
  readonly backend: InferenceBackend;
  /** Largest difference of logits in float32. */
  readonly tolerance: number;
  /** What the backend held before the first test. */
  readonly initialBytes: number;
  readonly #pairs = new Map<string, Promise<ModelPair>>();

  constructor(backend: InferenceBackend, tolerance: number) {
    this.backend = backend;
    this.tolerance = tolerance;
    this.initialBytes = backend.memory().activeBytes;
  }

  /** A tiny model, loaded once for all tests; by default in float32. */
  pair(options: TinyModelOptions = {}, dtype: ComputeDtype = 'float32'): Promise<ModelPair> {
    const key = JSON.stringify([options, dtype]);
    const known = this.#pairs.get(key) ?? this.#load(options, dtype);
    this.#pairs.set(key, known);
    return known;
  }

  /** Unloads all that the tests loaded. */
  async dispose(): Promise<void> {
    for (const pair of this.#pairs.values()) {
      await pair.then(({ subject, reference }) => Promise.all([subject.unload(), reference.unload()]), () => undefined);
    }
    await this.backend[Symbol.asyncDispose]();
  }

  async #load(options: TinyModelOptions, dtype: ComputeDtype): Promise<ModelPair> {
    const tiny = createTinyModel(options);
    const reference = await createReferenceBackend().loadModel(tiny.graph, tiny.weights);
    return { tiny, reference, subject: await this.backend.loadModel(tiny.graph, tiny.weights, { dtype }) };
  }
}
