import { UnsupportedFeatureError } from '@mlxengine/core';
import { checkMemoryLimits, type DeviceInformation, type MemoryLimits, type MemoryPressure, type MemoryReport } from '@mlxengine/core/backend';
import type { NativeAddon } from '../abi/native-addon.js';
import { awaitRequest } from '../backend/await-request.js';
import { MemoryBudget } from './memory-budget.js';
import { MemoryWatch } from './memory-watch.js';
import { systemPressure, type PressureSource } from './pressure-source.js';
import { scarcestMemory, systemFigures, type SystemFigures } from './system-memory.js';

/** What a {@link BackendMemory} is made of. */
export interface BackendMemoryInit {
  readonly addon: NativeAddon;
  readonly device: DeviceInformation;
  /** Has each model give back what it keeps for later requests alone. */
  readonly dropCaches: () => void;
  /** Default: this machine's. */
  readonly figures?: SystemFigures;
  /** Default: this machine's. */
  readonly pressure?: PressureSource;
  /** Between two looks at it; default 1000. */
  readonly pressureIntervalMs?: number;
}

/** The memory of a backend: what there is, what may be taken, and what is done where it gets scarce. */
export class BackendMemory {
  readonly budget: MemoryBudget;
  readonly watch: MemoryWatch;
  readonly #addon: NativeAddon;
  readonly #device: DeviceInformation;
  readonly #figures: SystemFigures;
  #limits: MemoryLimits = {};

  constructor({
    addon, device, dropCaches, figures = systemFigures(addon), pressure = systemPressure(figures), pressureIntervalMs,
  }: BackendMemoryInit) {
    this.#addon = addon;
    this.#device = device;
    this.#figures = figures;
    const dropAll = (): void => {
      dropCaches();
      // A failure here is one of the device, which the next request tells of.
      void this.#request('Clearing the cache', (onEvent) => addon.clearCache(onEvent)).catch(() => undefined);
    };
    this.watch = new MemoryWatch({ source: pressure, dropCaches: dropAll, intervalMs: pressureIntervalMs });
    this.budget = new MemoryBudget({
      device: device.name, report: () => this.report(), refusesWork: () => this.watch.refusesWork, dropCaches: dropAll,
    });
  }

  report(): MemoryReport {
    const memory = this.#addon.memory();
    const { memoryLimit = Infinity } = this.#limits;
    const availableBytes = Math.max(0, Math.min(this.#systemBytes() + memory.cacheBytes, memoryLimit - memory.activeBytes));
    return { ...memory, ...(Number.isFinite(availableBytes) && { availableBytes }), limits: this.#limits };
  }

  async setLimits(limits: MemoryLimits): Promise<void> {
    checkMemoryLimits(limits);
    if (limits.wiredLimit !== undefined && this.#device.kind !== 'metal') {
      const component = `The device ${this.#device.name}`;
      throw new UnsupportedFeatureError('feature.unsupported', { component, feature: 'wired memory', remedy: 'Leave "wiredLimit" out; it is for Metal alone.' });
    }
    await this.#request('Setting the limits of memory', (onEvent) => this.#addon.setMemoryLimits(limits, onEvent));
    this.#limits = { ...this.#limits, ...limits };
  }

  async resetPeak(): Promise<void> {
    await this.#request('Resetting the peak', (onEvent) => this.#addon.resetPeakMemory(onEvent));
  }

  onPressure(listener: (pressure: MemoryPressure) => void): () => void {
    return this.watch.listen(listener);
  }

  /** `Infinity` where it is not known. */
  #systemBytes(): number {
    const { deviceFreeBytes, availableBytes } = this.#device.kind === 'cuda' || this.#figures.platform === 'darwin'
      ? this.#figures.native()
      : { deviceFreeBytes: 0, availableBytes: 0 };
    if (this.#device.kind === 'cuda') return deviceFreeBytes || Infinity;
    return availableBytes || (scarcestMemory(this.#figures)?.availableBytes ?? Infinity);
  }

  async #request(operation: string, start: Parameters<typeof awaitRequest>[0]['start']): Promise<void> {
    await awaitRequest({ operation, start });
  }
}
