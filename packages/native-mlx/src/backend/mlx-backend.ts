import { throwIfAborted, UnloadedError, type WeightSource } from '@mlxengine/core';
import type {
  BackendLoadOptions, BackendModel, BackendSupports, DeviceInformation, InferenceBackend, MemoryLimits, MemoryPressure, MemoryReport,
} from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import type { NativeAddon, NativeDevice, NativeModel, NativeModelSpecification } from '../abi/native-addon.js';
import { toThrownError } from '../loading/native-errors.js';
import { BackendMemory, type BackendMemoryInit } from '../memory/backend-memory.js';
import { weightBytes } from '../memory/memory-budget.js';
import { awaitRequest } from './await-request.js';
import { checkLoad } from './check-load.js';
import { deviceInformation } from './device-information.js';
import { MLXModel } from './mlx-model.js';
import { loadWeights } from './load-weights.js';
import { modelSpecification } from './model-specification.js';
import { prefixCache } from './prefix-cache.js';
import { supports } from './supports.js';

/** Looks after an addon that may go and come back, see `isolate`. */
export interface AddonKeeper {
  /** Loads a model; what loads it is called again whenever that has to be done once more, then without the caller's options. */
  load(native: NativeModel, load: (options: BackendLoadOptions) => Promise<void>, options: BackendLoadOptions): Promise<void>;
  close(): Promise<void>;
}

const noKeeper: AddonKeeper = { load: (_, load, options) => load(options), close: async () => undefined };

/** MLX as an {@link InferenceBackend}, on one device. */
export class MLXBackend implements InferenceBackend {
  readonly specificationVersion = 'v1' as const;
  readonly name: string = 'mlx';
  readonly supports: BackendSupports = supports;
  readonly device: DeviceInformation;
  readonly #addon: NativeAddon;
  readonly #device: NativeDevice;
  readonly #keeper: AddonKeeper;
  readonly #memory: BackendMemory;
  readonly #models = new Set<MLXModel>();
  #disposed = false;

  constructor(addon: NativeAddon, device: NativeDevice, keeper: AddonKeeper = noKeeper, system: Omit<BackendMemoryInit, 'addon' | 'device' | 'dropCaches'> = {}) {
    this.#addon = addon;
    this.#device = device;
    this.#keeper = keeper;
    this.device = deviceInformation(device);
    const dropCaches = (): void => this.#models.forEach((model) => model.dropCaches());
    this.#memory = new BackendMemory({ addon, device: this.device, dropCaches, ...system });
  }

  async loadModel(graph: ModelGraph, weights: WeightSource, options: BackendLoadOptions = {}): Promise<BackendModel> {
    if (this.#disposed) throw new UnloadedError('unloaded.engine', { model: graph.architecture });
    throwIfAborted(options.signal, 'Loading the model');
    checkLoad(graph, weights, options);
    const specification = await this.#specification(graph, weights, options);
    const native = this.#create(specification);
    const giveBack = this.#reserve(graph.architecture, specification);
    try {
      await this.#keeper.load(native, (given) => loadWeights({ native, specification, weights, options: given }), options);
    } catch (error) {
      await awaitRequest({ operation: 'Unloading', start: (onEvent) => native.unload(onEvent) });
      giveBack();
      throw error;
    }
    const onUnload = (): void => {
      giveBack();
      this.#models.delete(model);
    };
    const model = new MLXModel({ native, graph, dtype: specification.dtype, profile: options.profile, budget: this.#memory.budget, onUnload });
    this.#models.add(model);
    return model;
  }

  memory(): MemoryReport {
    return this.#memory.report();
  }

  setMemoryLimits(limits: MemoryLimits): Promise<void> {
    return this.#memory.setLimits(limits);
  }

  resetPeakMemory(): Promise<void> {
    return this.#memory.resetPeak();
  }

  onMemoryPressure(listener: (pressure: MemoryPressure) => void): () => void {
    return this.#memory.onPressure(listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#models].map((model) => model.unload()));
    await this.#keeper.close();
  }

  /** Sets the weights' memory aside and watches the system for as long. */
  #reserve(model: string, specification: NativeModelSpecification): () => void {
    const giveBack = this.#memory.budget.reserveWeights(model, weightBytes(specification));
    const stop = this.#memory.watch.start();
    return () => {
      giveBack();
      stop();
    };
  }

  async #specification(graph: ModelGraph, weights: WeightSource, { dtype, batching, cache, prefixCache: options }: BackendLoadOptions): Promise<NativeModelSpecification> {
    const specification = modelSpecification({ graph, weights, device: this.#device.type, dtype, batching, cache });
    const { availableBytes } = this.#memory.report();
    return { ...specification, prefixCache: await prefixCache({ specification, weights, availableBytes, options }) };
  }

  #create(specification: NativeModelSpecification): NativeModel {
    try {
      return new this.#addon.Model(specification);
    } catch (error) {
      throw toThrownError(error, 'Loading the model');
    }
  }
}
