import type { NativeEvent } from '../abi/native-addon.js';
import type { IsolatedModel } from './isolated-model.js';
import type { CallId } from './protocol.js';

/**
 * What becomes of a call whose process dies:
 * - `retry`: it is made again
 * - `resume`: a generation goes on from its tokens
 * - `loading`: it fails, because whoever loads begins anew (see `Supervisor.load`)
 * - `unload`: it is done, since nothing is left
 */
export type CallPolicy = 'retry' | 'resume' | 'loading' | 'unload';

/** What a call is made of. */
export interface CallInit {
  readonly model: IsolatedModel | undefined;
  readonly method: string;
  readonly parameters: readonly unknown[];
  /** What it returns is the answer to `choose`. */
  readonly onEvent: (event: NativeEvent) => unknown;
  readonly policy: CallPolicy;
}

/** A request that the runner works on, or will. */
export class Call {
  readonly id: CallId;
  readonly model: IsolatedModel | undefined;
  readonly method: string;
  readonly policy: CallPolicy;
  readonly onEvent: (event: NativeEvent) => unknown;
  /** Whether a process has it. */
  sent = false;
  cancelled = false;
  /** Processes that ended while they had it. */
  crashes = 0;
  readonly #parameters: readonly unknown[];

  constructor(id: CallId, { model, method, parameters, onEvent, policy }: CallInit) {
    this.id = id;
    this.model = model;
    this.method = method;
    this.policy = policy;
    this.onEvent = onEvent;
    this.#parameters = parameters;
  }

  /** What the next process is given. */
  get parameters(): readonly unknown[] {
    return this.#parameters;
  }

  /** An event of the runner's as the caller is to hear it; `undefined`: not at all. */
  heard(event: NativeEvent): NativeEvent | undefined {
    return event;
  }

  /** Its end, where nothing was left to do when its process died. */
  completed(): NativeEvent | undefined {
    return this.policy === 'unload' ? { type: 'done' } : undefined;
  }
}
