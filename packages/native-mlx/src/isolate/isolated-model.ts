import type {
  NativeAdapter,
  NativeCacheFileRequest,
  NativeChoice,
  NativeEmbedRequest,
  NativeEvent,
  NativeGenerateRequest,
  NativeModel,
  NativeModelSpecification,
  NativeScoreRequest,
} from '../abi/native-addon.js';
import { AdapterJournal } from './adapter-journal.js';
import type { ModelId } from './protocol.js';
import type { Supervisor } from './supervisor.js';

type Listener = (event: NativeEvent) => void;

/** A model in the runner's process. It keeps what it takes to load it once more. */
export class IsolatedModel implements NativeModel {
  readonly specification: NativeModelSpecification;
  readonly id: ModelId;
  readonly #supervisor: Supervisor;
  readonly adapters: AdapterJournal = new AdapterJournal();

  constructor(supervisor: Supervisor, id: ModelId, specification: NativeModelSpecification) {
    this.#supervisor = supervisor;
    this.id = id;
    this.specification = specification;
  }

  provide(name: string, bytes: Uint8Array, onEvent: Listener): number {
    return this.#supervisor.call({ model: this, method: 'provide', parameters: [name, bytes], onEvent, policy: 'loading' });
  }

  load(onEvent: Listener): number {
    return this.#supervisor.call({ model: this, method: 'load', parameters: [], onEvent, policy: 'loading' });
  }

  generate(request: NativeGenerateRequest, onEvent: (event: NativeEvent) => NativeChoice): number {
    return this.#supervisor.call({ model: this, method: 'generate', parameters: [request], onEvent, policy: 'resume' });
  }

  score(request: NativeScoreRequest, onEvent: Listener): number {
    return this.#supervisor.call({ model: this, method: 'score', parameters: [request], onEvent, policy: 'retry' });
  }

  embed(request: NativeEmbedRequest, onEvent: Listener): number {
    return this.#supervisor.call({ model: this, method: 'embed', parameters: [request], onEvent, policy: 'retry' });
  }

  loadAdapter(adapter: NativeAdapter, onEvent: Listener): number {
    return this.#change('loadAdapter', [adapter], onEvent, () => this.adapters.loaded.set(adapter.id, adapter));
  }

  unloadAdapter(id: number, onEvent: Listener): number {
    return this.#change('unloadAdapter', [id], onEvent, () => this.adapters.loaded.delete(id));
  }

  fuseAdapter(id: number, dequantize: boolean, onEvent: Listener): number {
    return this.#change('fuseAdapter', [id, dequantize], onEvent, () => (this.adapters.fused = { id, dequantize }));
  }

  unfuseAdapter(onEvent: Listener): number {
    return this.#change('unfuseAdapter', [], onEvent, () => (this.adapters.fused = undefined));
  }

  saveCache(request: NativeCacheFileRequest, onEvent: Listener): number {
    return this.#supervisor.call({ model: this, method: 'saveCache', parameters: [request], onEvent, policy: 'retry' });
  }

  loadCache(request: NativeCacheFileRequest, onEvent: Listener): number {
    return this.#supervisor.call({ model: this, method: 'loadCache', parameters: [request], onEvent, policy: 'retry' });
  }

  answer(request: number, choice: Exclude<NativeChoice, null>): void {
    this.#supervisor.answer(request, choice);
  }

  cancel(request: number): void {
    this.#supervisor.cancel(request);
  }

  dropCaches(onEvent: Listener): number {
    return this.#supervisor.call({ model: this, method: 'dropCaches', parameters: [], onEvent, policy: 'retry' });
  }

  failNextSteps(steps: number, looks: number, onEvent: Listener): number {
    return this.#supervisor.call({ model: this, method: 'failNextSteps', parameters: [steps, looks], onEvent, policy: 'retry' });
  }

  unload(onEvent: Listener): number {
    this.#supervisor.forget(this);
    return this.#supervisor.call({ model: this, method: 'unload', parameters: [], onEvent, policy: 'unload' });
  }

  #change(method: string, parameters: readonly unknown[], onEvent: Listener, note: () => void): number {
    const listener = (event: NativeEvent): void => {
      if (event.type === 'done') note();
      onEvent(event);
    };
    return this.#supervisor.call({ model: this, method, parameters, onEvent: listener, policy: 'loading' });
  }
}
