// The process that MLX lives in with `isolate: true`: it loads the addon and does what its host tells it, see protocol.ts.
// It decides nothing itself, so that nothing is lost with it.
import process from 'node:process';
import type { NativeAddon, NativeChoice, NativeEvent, NativeFailure, NativeModel } from '../abi/native-addon.js';
import { endsRequest } from '../backend/final-event.js';
import { loadAddon } from '../loading/load-addon.js';
import { mapParameters, type CallId, type FromRunner, type MemoryFigures, type ModelId, type ModelReference, type ToRunner } from './protocol.js';

type Method = (...parameters: unknown[]) => number;

interface Running {
  readonly model: NativeModel | undefined;
  readonly request: number;
}

// Figures that come along with events which end nothing.
const memoryIntervalMs = 50;

class Runner {
  readonly #addon: NativeAddon;
  /** A model, or what its making threw, which its first request tells. */
  readonly #models = new Map<ModelId, { readonly model: NativeModel } | { readonly error: unknown }>();
  readonly #running = new Map<CallId, Running>();
  #memoryTime = 0;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
    const { abiVersion, mlxVersion, builtForMlxVersion } = addon;
    tell({ type: 'ready', versions: { abiVersion, mlxVersion, builtForMlxVersion }, memory: this.#figures() });
  }

  hear(message: ToRunner): void {
    switch (message.type) {
      case 'create':
        return void this.#models.set(message.model, this.#create(message));
      case 'call':
        return this.#call(message);
      case 'answer':
        return this.#running.get(message.call)?.model?.answer(this.#running.get(message.call)?.request ?? 0, message.choice as Exclude<NativeChoice, null>);
      case 'cancel':
        return this.#running.get(message.call)?.model?.cancel(this.#running.get(message.call)?.request ?? 0);
      case 'drop':
        return void this.#models.delete(message.model);
    }
  }

  #create({ specification }: Extract<ToRunner, { type: 'create' }>): { readonly model: NativeModel } | { readonly error: unknown } {
    try {
      return { model: new this.#addon.Model(specification) };
    } catch (error) {
      return { error };
    }
  }

  #call({ call, model, method, parameters }: Extract<ToRunner, { type: 'call' }>): void {
    const onEvent = (event: NativeEvent): NativeChoice => {
      if (endsRequest(event)) this.#running.delete(call);
      tell({ type: 'event', call, event, ...this.#memoryBeside(event) });
      // The host answers by a message of its own.
      return event.type === 'choose' ? null : undefined;
    };
    try {
      const target = model === undefined ? undefined : this.#model(model);
      const methods = (target ?? this.#addon) as unknown as Readonly<Record<string, Method>>;
      const given = mapParameters(parameters, (value) => (isReference(value) ? this.#model(value.mlxengineModel) : value));
      const request = (methods[method] as Method).call(methods, ...given, onEvent);
      this.#running.set(call, { model: target, request });
    } catch (error) {
      // What could not be made needs no unloading.
      const isNothing = method === 'unload' && model !== undefined && 'error' in (this.#models.get(model) ?? {});
      onEvent(isNothing ? { type: 'done' } : { type: 'failure', failure: toFailure(error) });
    }
  }

  #model(id: ModelId): NativeModel {
    const made = this.#models.get(id);
    if (made !== undefined && 'model' in made) return made.model;
    // As it was thrown, which need not have been an error of this package.
    throw (made?.error ?? new TypeError(`there is no model ${id}`)) as Error;
  }

  #memoryBeside(event: NativeEvent): { readonly memory?: MemoryFigures } {
    const now = performance.now();
    if (!endsRequest(event) && now - this.#memoryTime < memoryIntervalMs) return {};
    this.#memoryTime = now;
    return { memory: this.#figures() };
  }

  #figures(): MemoryFigures {
    return { ...this.#addon.memory(), system: this.#addon.systemMemory() };
  }
}

function isReference(value: unknown): value is ModelReference {
  return typeof value === 'object' && value !== null && 'mlxengineModel' in value;
}

function toFailure(error: unknown): NativeFailure {
  const { failure } = error as { readonly failure?: NativeFailure };
  return failure ?? { kind: 'backend', text: error instanceof Error ? error.message : String(error), subject: '', neededBytes: 0 };
}

function tell(message: FromRunner): void {
  // Without a callback a host that is gone would be an exception; `disconnect` tells of it anyway.
  process.send?.(message, undefined, undefined, () => undefined);
}

function start(): void {
  // Ctrl-C in a terminal goes to the whole group of processes; what it means is the host's to say.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  // Nothing here is worth an orderly end, and waiting for a device that hangs would leave an orphan.
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  try {
    const runner = new Runner(loadAddon());
    process.on('message', (message: ToRunner) => runner.hear(message));
  } catch (error) {
    tell({ type: 'unusable', reason: error instanceof Error ? error.message : String(error) });
  }
}

start();
