import type { MemoryLimits } from '@mlxengine/core/backend';
import type { NativeAddon, NativeEvent, NativeModel, NativeModelSpecification, NativeSystemMemory } from '../abi/native-addon.js';
import { IsolatedModel } from './isolated-model.js';
import type { Supervisor } from './supervisor.js';

/** The addon in the runner's process. What is asked of it is sent there by name, and events come back as they are. */
export class IsolatedAddon implements NativeAddon {
  readonly Model: new (specification: NativeModelSpecification) => NativeModel;
  readonly #supervisor: Supervisor;

  constructor(supervisor: Supervisor) {
    this.#supervisor = supervisor;
    let lastId = 0;
    this.Model = class extends IsolatedModel {
      constructor(specification: NativeModelSpecification) {
        super(supervisor, ++lastId, specification);
      }
    };
  }

  get abiVersion(): number {
    return this.#supervisor.versions.abiVersion;
  }

  get mlxVersion(): string {
    return this.#supervisor.versions.mlxVersion;
  }

  get builtForMlxVersion(): string {
    return this.#supervisor.versions.builtForMlxVersion;
  }

  describe(onEvent: (event: NativeEvent) => void): number {
    return this.#call('describe', [], onEvent);
  }

  /** As the process last told it, with every end of a request and at most 50 ms ago while it works. */
  memory(): ReturnType<NativeAddon['memory']> {
    return this.#supervisor.memory;
  }

  /** They hold for later processes too. */
  setMemoryLimits(limits: MemoryLimits, onEvent: (event: NativeEvent) => void): number {
    this.#supervisor.keepLimits(limits);
    return this.#call('setMemoryLimits', [limits], onEvent);
  }

  resetPeakMemory(onEvent: (event: NativeEvent) => void): number {
    return this.#call('resetPeakMemory', [], onEvent);
  }

  clearCache(onEvent: (event: NativeEvent) => void): number {
    return this.#call('clearCache', [], onEvent);
  }

  systemMemory(): NativeSystemMemory {
    return this.#supervisor.memory.system;
  }

  /** Messages between the processes. */
  crossings(): number {
    return this.#supervisor.messages;
  }

  #call(method: string, parameters: readonly unknown[], onEvent: (event: NativeEvent) => void): number {
    return this.#supervisor.call({ model: undefined, method, parameters, onEvent, policy: 'retry' });
  }
}
