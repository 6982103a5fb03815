import { InvalidArgumentError, throwIfAborted } from '@mlxengine/core';
import { checkAdapter, type AdapterChoice, type AdapterSource, type FuseAdapterOptions, type LoadAdapterOptions, type LoadedAdapter } from '@mlxengine/core/backend';
import type { NativeAdapter, NativeAdapterTensor, NativeModel } from '../abi/native-addon.js';
import type { RequestCall } from './await-request.js';
import type { FinalEvent } from './final-event.js';

/** Runs a request of the model to its end. */
export type RunRequest = (call: RequestCall) => Promise<FinalEvent>;

/** The adapters of one model: which are there, and whether one may be fused just now. */
export class MLXAdapters {
  readonly #native: NativeModel;
  readonly #run: RunRequest;
  readonly #loaded = new Set<number>();
  #lastId = 0;
  #running = 0;
  #fused = false;

  constructor(native: NativeModel, run: RunRequest) {
    this.#native = native;
    this.#run = run;
  }

  async load(adapter: AdapterSource, { signal }: LoadAdapterOptions): Promise<LoadedAdapter> {
    if (this.#fused) throw refused('the model', 'with an adapter fused', 'unfused, for another adapter to be loaded');
    const id = ++this.#lastId;
    const operation = 'Loading the adapter';
    const native = await nativeAdapter(id, adapter, signal);
    throwIfAborted(signal, operation);
    await this.#run({ operation, signal, start: (onEvent) => this.#native.loadAdapter(native, onEvent) });
    this.#loaded.add(id);
    return { id, unload: () => this.#unload(id) };
  }

  async fuse(id: number, { dequantize = false }: FuseAdapterOptions): Promise<void> {
    if (this.#fused) throw refused('adapter', id, 'none, as one is fused already');
    checkAdapter(id, this.#loaded);
    this.#checkIdle();
    this.#fused = true;
    try {
      await this.#run({ operation: 'Fusing the adapter', start: (onEvent) => this.#native.fuseAdapter(id, dequantize, onEvent) });
    } catch (error) {
      this.#fused = false;
      throw error;
    }
  }

  async unfuse(): Promise<void> {
    if (!this.#fused) throw refused('the model', 'without a fused adapter', 'one with it');
    this.#checkIdle();
    await this.#run({ operation: 'Unfusing the adapter', start: (onEvent) => this.#native.unfuseAdapter(onEvent) });
    this.#fused = false;
  }

  /** Checks what a request says of adapters, and keeps weights as they are while it runs. */
  async using<Result>({ adapter, adapters = [] }: AdapterChoice, work: () => Promise<Result>): Promise<Result> {
    for (const id of [adapter, ...adapters]) {
      if (id !== undefined && this.#fused) throw refused('adapter', id, 'none, as one is fused');
      checkAdapter(id, this.#loaded);
    }
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
    }
  }

  /** The model is gone, and its adapters with it. */
  forget(): void {
    this.#loaded.clear();
  }

  async #unload(id: number): Promise<void> {
    if (!this.#loaded.delete(id)) return;
    await this.#run({ operation: 'Unloading the adapter', start: (onEvent) => this.#native.unloadAdapter(id, onEvent) });
  }

  #checkIdle(): void {
    if (this.#running > 0) throw refused('requests running', this.#running, '0 while weights change');
  }
}

function refused(name: string, found: string | number, expected: string): InvalidArgumentError {
  return new InvalidArgumentError('argument.out-of-range', { name, found, expected });
}

/** An adapter as the addon takes it: where the bytes lie, or the bytes. */
async function nativeAdapter(id: number, { weights, tensors }: AdapterSource, signal: AbortSignal | undefined): Promise<NativeAdapter> {
  const named: NativeAdapterTensor[] = [];
  for (const { name, dtype, shape } of tensors.tensors.values()) {
    const location = tensors.location(name);
    const content = location ? { file: location.file, byteOffset: location.byteOffset } : { bytes: await tensors.read(name, { ...(signal && { signal }) }) };
    named.push({ name, dtype, shape, ...content });
  }
  return { id, weights, tensors: named };
}
