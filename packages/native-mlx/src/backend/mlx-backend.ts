import { throwIfAborted, UnloadedError, type WeightSource } from '@mlxengine/core';
import type { BackendLoadOptions, BackendModel, BackendSupports, DeviceInformation, InferenceBackend, MemoryReport } from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import type { NativeAddon, NativeDevice, NativeModel, NativeModelSpecification } from '../abi/native-addon.js';
import { toThrownError } from '../loading/native-errors.js';
import { awaitRequest } from './await-request.js';
import { checkLoad } from './check-load.js';
import { deviceInformation } from './device-information.js';
import { MLXModel } from './mlx-model.js';
import { loadWeights } from './load-weights.js';
import { modelSpecification } from './model-specification.js';
import { supports } from './supports.js';

/** MLX as an {@link InferenceBackend}, on one device. */
export class MLXBackend implements InferenceBackend {
  readonly specificationVersion = 'v1' as const;
  readonly name: string = 'mlx';
  readonly supports: BackendSupports = supports;
  readonly device: DeviceInformation;
  readonly #addon: NativeAddon;
  readonly #device: NativeDevice;
  readonly #models = new Set<BackendModel>();
  #disposed = false;

  constructor(addon: NativeAddon, device: NativeDevice) {
    this.#addon = addon;
    this.#device = device;
    this.device = deviceInformation(device);
  }

  async loadModel(graph: ModelGraph, weights: WeightSource, options: BackendLoadOptions = {}): Promise<BackendModel> {
    if (this.#disposed) throw new UnloadedError('unloaded.engine', { model: graph.architecture });
    throwIfAborted(options.signal, 'Loading the model');
    checkLoad(graph, weights, options);
    const specification = modelSpecification({ graph, weights, device: this.#device.type, dtype: options.dtype, batching: options.batching });
    const native = this.#create(specification);
    try {
      await loadWeights({ native, specification, weights, options });
    } catch (error) {
      await awaitRequest({ operation: 'Unloading', start: (onEvent) => native.unload(onEvent) });
      throw error;
    }
    const model: BackendModel = new MLXModel({ native, graph, dtype: specification.dtype, onUnload: () => this.#models.delete(model) });
    this.#models.add(model);
    return model;
  }

  memory(): MemoryReport {
    return this.#addon.memory();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#models].map((model) => model.unload()));
  }

  #create(specification: NativeModelSpecification): NativeModel {
    try {
      return new this.#addon.Model(specification);
    } catch (error) {
      throw toThrownError(error, 'Loading the model');
    }
  }
}
