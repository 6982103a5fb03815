import type { Command, RuntimeEvent } from './protocol.js';

/** Who listens to a channel. */
export interface ChannelListener {
  onEvent(event: RuntimeEvent): void;
  /** The runtime is gone and will not answer; not called after `close`. */
  onDeath(reason: string): void;
}

/** The backend's end of the line to one runtime. */
export interface Channel {
  /** Whether the runtime has a thread of its own. */
  readonly threaded: boolean;
  post(command: Command, transfer: readonly ArrayBuffer[]): void;
  listen(listener: ChannelListener): void;
  /** Whether the process shall wait for the runtime; it does not while there is nothing to do. */
  hold(busy: boolean): void;
  /** Ends the runtime; its memory goes with it. */
  close(): Promise<void>;
}
