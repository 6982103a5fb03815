import { setTimeout as delay } from 'node:timers/promises';
import { BackendError } from '@mlxengine/core';
import type { MemoryLimits } from '@mlxengine/core/backend';
import type { NativeAddon, NativeChoice, NativeEvent, NativeFailure } from '../abi/native-addon.js';
import { endsRequest } from '../backend/final-event.js';
import { toError } from '../loading/native-errors.js';
import { Call, type CallInit } from './call.js';
import { CrashPolicy } from './crash-policy.js';
import { GenerationCall } from './generation-call.js';
import { IsolatedModel } from './isolated-model.js';
import { mapParameters, type CallId, type FromRunner, type MemoryFigures, type ToRunner } from './protocol.js';
import { RecoveryQueue } from './recovery-queue.js';
import { RunnerProcess } from './runner-process.js';

// Loading a CUDA library and its first kernel can take many seconds on a cold disk.
const startTimeoutMs = 60_000;

// A call that was there when so many processes died fails, also where it never was alone.
const mostCrashes = 4;

type Versions = Pick<NativeAddon, 'abiVersion' | 'mlxVersion' | 'builtForMlxVersion'>;

/** Keeps a process with MLX in it: sends it the calls, and when it dies starts the next, loads the models there and goes on. */
export class Supervisor {
  readonly #calls = new Map<CallId, Call>();
  readonly #queue = new RecoveryQueue((call) => this.#send(call));
  readonly #crashes = new CrashPolicy();
  /** How to load each model that is loaded once more. */
  readonly #reloads = new Map<IsolatedModel, () => Promise<void>>();
  /** Models that could not be loaded once more. */
  readonly #broken = new Map<IsolatedModel, NativeFailure>();
  /** The process that was started last, and whether it can be told anything. */
  #runner: RunnerProcess | undefined;
  #isUp = false;
  #recovery: Promise<void> | undefined;
  #dead: NativeFailure | undefined;
  #closed: PromiseWithResolvers<void> | undefined;
  #lastReason = '';
  #lastId = 0;
  #messages = 0;
  #loads = 0;
  #versions: Versions = { abiVersion: 0, mlxVersion: '', builtForMlxVersion: '' };
  #memory: MemoryFigures = { activeBytes: 0, peakBytes: 0, cacheBytes: 0, system: { deviceFreeBytes: 0, availableBytes: 0, pressureLevel: 0 } };
  #limits: MemoryLimits = {};

  /** Starts the first process. @throws `BackendUnavailableError` */
  async start(): Promise<void> {
    this.#loads++;
    this.#recovery = this.#recover(() => this.#launch());
    await this.#recovery.finally(() => this.#loads--);
    this.#hold();
    if (this.#dead !== undefined) throw toError(this.#dead, 'Starting');
  }

  get pid(): number | undefined {
    return this.#isUp ? this.#runner?.pid : undefined;
  }

  /** Whether there is a process with all its models. */
  get isReady(): boolean {
    return this.#isUp && this.#recovery === undefined;
  }

  get versions(): Versions {
    return this.#versions;
  }

  /** The last that the process told. */
  get memory(): MemoryFigures {
    return this.#memory;
  }

  /** Has processes that are started from now on begin with these limits. */
  keepLimits(limits: MemoryLimits): void {
    this.#limits = { ...this.#limits, ...limits };
  }

  /** Messages between the processes so far, either way. */
  get messages(): number {
    return this.#messages;
  }

  /** Makes a call; its listener hears events until one that ends it. */
  call(init: CallInit): CallId {
    const id = ++this.#lastId;
    const call = init.policy === 'resume' ? new GenerationCall(id, init) : new Call(id, init);
    this.#calls.set(id, call);
    this.#hold();
    const failure = this.#dead ?? (call.model && this.#broken.get(call.model));
    // A listener is not called before its caller knows the call's number.
    if (failure !== undefined && call.policy !== 'unload') queueMicrotask(() => this.#end(call, { type: 'failure', failure }));
    else if (call.policy === 'retry' || call.policy === 'resume') this.#queue.add(call);
    else if (this.#isUp) this.#send(call);
    else queueMicrotask(() => this.#lost(call, false));
    return id;
  }

  answer(id: CallId, choice: NativeChoice): void {
    if (this.#calls.get(id)?.sent === true) this.#tell({ type: 'answer', call: id, choice });
  }

  cancel(id: CallId): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.cancelled = true;
    if (call.sent) this.#tell({ type: 'cancel', call: id });
    else queueMicrotask(() => this.#end(call, { type: 'failure', failure: aborted }));
  }

  /**
   * Loads a model, once more where the process dies meanwhile.
   * @param load - does it from the beginning; also called whenever the model has to be loaded once more
   */
  async load(model: IsolatedModel, load: () => Promise<void>): Promise<void> {
    this.#loads++;
    this.#hold();
    try {
      if (!(await this.#tryLoad(model, load)) && !(await this.#tryLoad(model, load))) throw toError(this.#crashed(), 'Loading the model');
      this.#reloads.set(model, load);
    } finally {
      this.#loads--;
      this.#hold();
    }
  }

  /** The model is not loaded any more, and what it was asked ends. */
  forget(model: IsolatedModel): void {
    this.#reloads.delete(model);
    for (const call of this.#calls.values()) if (call.model === model) this.cancel(call.id);
  }

  /** Ends the process. */
  async close(): Promise<void> {
    if (this.#closed !== undefined) return this.#closed.promise;
    this.#closed = Promise.withResolvers<void>();
    this.#runner?.hold(true);
    if (this.#runner === undefined) this.#closed.resolve();
    this.#runner?.kill();
    await this.#closed.promise;
  }

  /** Whether it came to an end; `false`: the process died. */
  async #tryLoad(model: IsolatedModel, load: () => Promise<void>): Promise<boolean> {
    await this.#recovery;
    if (this.#dead !== undefined) throw toError(this.#dead, 'Loading the model');
    const runner = this.#runner;
    this.#tell({ type: 'create', model: model.id, specification: model.specification });
    try {
      await load();
      return this.#runner === runner && this.#isUp;
    } catch (error) {
      if (this.#runner === runner && this.#isUp) throw error;
      // The other error was thrown because of it, or would have been.
      if (BackendError.isInstance(error) && error.code === 'backend.crashed') return false;
      throw error;
    }
  }

  #send(call: Call): void {
    call.sent = true;
    const parameters = mapParameters(call.parameters, (value) => (value instanceof IsolatedModel ? { mlxengineModel: value.id } : value));
    try {
      this.#tell({ type: 'call', call: call.id, model: call.model?.id, method: call.method, parameters });
    } catch (error) {
      // Something that is no data cannot be sent.
      this.#end(call, { type: 'failure', failure: { kind: 'argument', text: String(error), subject: '', neededBytes: 0 } });
    }
  }

  #tell(message: ToRunner): void {
    this.#messages++;
    this.#runner?.send(message);
  }

  #hear({ call: id, event, memory }: Extract<FromRunner, { type: 'event' }>): void {
    this.#messages++;
    if (memory !== undefined) this.#memory = memory;
    const call = this.#calls.get(id);
    if (call === undefined) return;
    if (event.type === 'failure' && event.failure.kind === 'dead') return this.#giveUp(`lost its device: ${event.failure.text}`);
    const heard = call.heard(event);
    if (heard === undefined) return;
    if (endsRequest(heard)) return this.#end(call, heard);
    if (heard.type === 'tokens') this.#queue.progressed(call);
    const choice = call.onEvent(heard);
    if (heard.type === 'choose' && choice !== null) this.answer(id, choice as NativeChoice);
  }

  #end(call: Call, event: NativeEvent): void {
    if (!this.#calls.delete(call.id)) return;
    if (call.policy === 'unload' && call.model !== undefined) this.#tell({ type: 'drop', model: call.model.id });
    this.#hold();
    this.#queue.remove(call);
    call.onEvent(event);
  }

  /** Nothing more is to be had of this process; the next has another try. */
  #giveUp(reason: string): void {
    this.#lastReason = reason;
    this.#runner?.kill();
  }

  async #launch(): Promise<void> {
    const started = Promise.withResolvers<void>();
    const runner = new RunnerProcess({
      onMessage: (message) => {
        if (this.#runner !== runner) return;
        if (message.type === 'event') return this.#hear(message);
        if (message.type === 'unusable') return this.#giveUp(message.reason);
        this.#isUp = true;
        this.#versions = message.versions;
        this.#memory = message.memory;
        // Nobody waits for its end: number 0 is no call's.
        if (Object.keys(this.#limits).length > 0) this.#tell({ type: 'call', call: 0, model: undefined, method: 'setMemoryLimits', parameters: [this.#limits] });
        started.resolve();
      },
      onEnd: (reason) => {
        this.#ended(reason);
        started.reject(new BackendError('backend.crashed', { backend: 'mlx', reason }));
      },
    });
    this.#runner = runner;
    this.#lastReason = '';
    this.#hold();
    const timer = setTimeout(() => this.#giveUp(`it did not start within ${startTimeoutMs / 1000} s`), startTimeoutMs).unref();
    await started.promise.finally(() => clearTimeout(timer));
  }

  #ended(reason: string): void {
    this.#isUp = false;
    this.#runner = undefined;
    this.#memory = { ...this.#memory, activeBytes: 0, cacheBytes: 0 };
    if (this.#lastReason === '') this.#lastReason = reason;
    this.#queue.close();
    const lost = [...this.#calls.values()].filter(({ sent }) => sent);
    // Whoever waits for it in here notices by itself.
    if (this.#closed === undefined) this.#recovery ??= this.#recover(() => Promise.reject(new BackendError('backend.crashed', { backend: 'mlx', reason })), true);
    for (const call of lost) this.#lost(call, lost.length === 1);
    this.#closed?.resolve();
  }

  /** What becomes of a call without a process. */
  #lost(call: Call, wasAlone: boolean): void {
    if (call.sent) call.crashes++;
    call.sent = false;
    const completed = call.completed();
    if (completed !== undefined) return this.#end(call, completed);
    if (call.cancelled || this.#closed !== undefined) return this.#end(call, { type: 'failure', failure: aborted });
    const isGuilty = call.policy === 'loading' || (call.crashes >= 2 && wasAlone) || call.crashes >= mostCrashes;
    if (isGuilty) this.#end(call, { type: 'failure', failure: this.#crashed() });
    else this.#queue.suspect(call);
  }

  /** Starts processes until one has all its models, or it is given up. */
  async #recover(first: () => Promise<void>, wasStarted = false): Promise<void> {
    let attempt = first;
    for (let started = wasStarted; ; started = false) {
      try {
        await attempt();
        await this.#reloadAll();
        if (this.#isUp) break;
      } catch {
        // Why it ended is in `#lastReason`.
      }
      const wait = this.#crashes.crashed(started, performance.now());
      if (wait === undefined) return this.#die();
      await delay(wait);
      if (this.#closed !== undefined) return;
      attempt = () => this.#launch();
    }
    this.#recovery = undefined;
    this.#queue.open();
  }

  async #reloadAll(): Promise<void> {
    for (const [model, load] of this.#reloads) {
      this.#tell({ type: 'create', model: model.id, specification: model.specification });
      try {
        await load();
        await model.adapters.restore(model);
      } catch (error) {
        if (!this.#isUp) throw error;
        this.#reloads.delete(model);
        this.#broken.set(model, { kind: 'backend', text: `the model could not be loaded once more: ${(error as Error).message}`, subject: '', neededBytes: 0 });
      }
    }
  }

  #die(): void {
    this.#dead = { kind: 'crash-loop', text: this.#lastReason, subject: '', neededBytes: 0 };
    this.#recovery = undefined;
    for (const call of this.#calls.values()) this.#end(call, { type: 'failure', failure: this.#dead });
  }

  #crashed(): NativeFailure {
    return { kind: 'crash', text: `it ${this.#lastReason}`, subject: '', neededBytes: 0 };
  }

  #hold(): void {
    this.#runner?.hold(this.#calls.size + this.#loads > 0);
  }
}

const aborted: NativeFailure = { kind: 'aborted', text: '[request] cancelled', subject: '', neededBytes: 0 };
