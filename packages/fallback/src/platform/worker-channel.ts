import type { Channel, ChannelListener } from '../runtime/channel.js';
import type { Command, RuntimeEvent } from '../runtime/protocol.js';

/** What Node's and the web's workers have in common, under one name. */
export interface WorkerLike {
  post(command: Command, transfer: readonly ArrayBuffer[]): void;
  /** Replaces the handler. */
  onMessage(handler: (event: RuntimeEvent) => void): void;
  /** Replaces the handler for whatever ends the worker. */
  onEnd(handler: (reason: string) => void): void;
  hold(busy: boolean): void;
  terminate(): Promise<void>;
}

/** A runtime in a worker. */
export class WorkerChannel implements Channel {
  readonly threaded = true;
  readonly #worker: WorkerLike;

  constructor(worker: WorkerLike) {
    this.#worker = worker;
    this.#worker.hold(false);
  }

  post(command: Command, transfer: readonly ArrayBuffer[]): void {
    this.#worker.post(command, transfer);
  }

  listen({ onEvent, onDeath }: ChannelListener): void {
    this.#worker.onMessage(onEvent);
    this.#worker.onEnd(onDeath);
  }

  hold(busy: boolean): void {
    this.#worker.hold(busy);
  }

  async close(): Promise<void> {
    this.#worker.onMessage(() => undefined);
    this.#worker.onEnd(() => undefined);
    await this.#worker.terminate();
  }
}
