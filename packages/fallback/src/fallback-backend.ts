import { throwIfAborted, UnloadedError, UnsupportedFeatureError, type WeightSource } from '@mlxengine/core';
import {
  checkLoadFeatures, type BackendLoadOptions, type BackendModel, type BackendSupports, type DeviceInformation, type InferenceBackend, type MemoryReport,
} from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import { FallbackModel } from './fallback-model.js';
import type { KernelVariant } from './kernels/compile-kernels.js';
import { planModel } from './lowering/plan-model.js';
import type { Platform } from './platform/platform.js';
import type { Channel } from './runtime/channel.js';
import { openInlineChannel } from './runtime/inline-channel.js';
import { loadWeights } from './runtime/load-weights.js';
import { RuntimeClient } from './runtime/runtime-client.js';
import { supports } from './supports.js';

/** What a {@link FallbackBackend} is made of. */
export interface FallbackBackendInit {
  readonly variant: KernelVariant;
  /** The compiled kernels of that variant. */
  readonly module: WebAssembly.Module;
  readonly platform: Platform;
  /** The first runtime's, opened to see what the host gives. */
  readonly channel: Channel;
  /** Why runtimes are in the caller's thread, where they are. */
  readonly inlineReason: string | undefined;
}

/** The backend: plans models and gives each a runtime of its own. */
export class FallbackBackend implements InferenceBackend {
  readonly specificationVersion = 'v1';
  readonly name = 'fallback';
  readonly supports: BackendSupports = supports;
  readonly device: DeviceInformation;
  readonly #init: FallbackBackendInit;
  readonly #clients = new Set<RuntimeClient>();
  #spare: Channel | undefined;
  #peakBytes = 0;
  #disposed = false;

  constructor(init: FallbackBackendInit) {
    this.#init = init;
    this.#spare = init.channel;
    this.device = { kind: 'wasm', name: describe(init) };
  }

  async loadModel(graph: ModelGraph, weights: WeightSource, options: BackendLoadOptions = {}): Promise<BackendModel> {
    const { signal, onProgress } = options;
    if (this.#disposed) throw new UnloadedError('unloaded.engine', { model: graph.architecture });
    checkOptions(options);
    throwIfAborted(signal, 'Loading the model');
    const plan = planModel(graph, weights);
    const abortFlag = typeof SharedArrayBuffer === 'function' ? new SharedArrayBuffer(4) : undefined;
    const channel = await this.#openChannel();
    const client = new RuntimeClient(channel, graph.architecture, abortFlag);
    this.#clients.add(client);
    try {
      await client.run({ command: { type: 'create', plan, module: this.#init.module, abortFlag }, signal });
      this.memory();
      await loadWeights({ plan, source: weights, client, files: channel.threaded && this.#init.platform.files, onProgress, signal });
      throwIfAborted(signal, 'Loading the model');
    } catch (error) {
      this.#clients.delete(client);
      await client.close();
      throwIfAborted(signal, 'Loading the model');
      throw error;
    }
    return new FallbackModel(client, graph, () => this.#clients.delete(client));
  }

  memory(): MemoryReport {
    const activeBytes = [...this.#clients].reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
    this.#peakBytes = Math.max(this.#peakBytes, activeBytes);
    return { activeBytes, peakBytes: this.#peakBytes };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#spare?.close();
    this.#spare = undefined;
    await Promise.all([...this.#clients].map((client) => client.close()));
    this.#clients.clear();
  }

  async #openChannel(): Promise<Channel> {
    const spare = this.#spare;
    this.#spare = undefined;
    if (spare !== undefined) return spare;
    const { platform, channel } = this.#init;
    return channel.threaded ? platform.openWorkerChannel() : openInlineChannel(platform.giveWay);
  }
}

function checkOptions(options: BackendLoadOptions): void {
  const { dtype = 'float32', threads = 1 } = options;
  checkLoadFeatures(supports, 'fallback', options);
  if (dtype !== 'float32') throw unsupported(`the dtype ${dtype}`, 'It computes in float32; leave "dtype" out.');
  if (threads !== 1) throw unsupported(`${threads} threads`, 'It computes on one; leave "threads" out.');
}

function unsupported(feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', { component: 'The fallback backend', feature, remedy });
}

function describe({ variant, platform, inlineReason }: FallbackBackendInit): string {
  const kernels = variant === 'relaxed' ? 'WebAssembly relaxed SIMD' : 'WebAssembly SIMD';
  const place = inlineReason === undefined ? 'in a worker' : `in the calling thread (${inlineReason})`;
  return `${kernels}, one thread, ${place}, ${platform.name}`;
}
