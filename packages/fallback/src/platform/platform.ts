import type { Channel } from '../runtime/channel.js';

/** What differs between hosts, on the backend's side. Chosen by the `imports` of package.json. */
export interface Platform {
  /** Name of the host for people, such as `Node.js 24.11.0`. */
  readonly name: string;
  /** Whether runtimes can read local files themselves. */
  readonly files: boolean;
  /** Lets the event loop turn. */
  giveWay(): Promise<void>;
  /**
   * Starts a runtime in a worker.
   * @throws whatever keeps the worker from starting
   */
  openWorkerChannel(): Promise<Channel>;
}
