import type { Command, RuntimeEvent } from './protocol.js';

/** What a runtime needs of the thread it runs in. */
export interface RuntimeScope {
  post(event: RuntimeEvent, transfer: readonly ArrayBuffer[]): void;
  listen(onCommand: (command: Command) => void): void;
  /** Lets the event loop turn: messages, timers, frames. */
  giveWay(): Promise<void>;
  /** How long the work may go on between two turns of the event loop, in milliseconds. */
  readonly sliceMs: number;
  /** Most multiplications between two looks at the clock or the abort flag. */
  readonly workLimit: number;
  /**
   * Reads a part of a local file. Absent where there are no files.
   * @throws `StorageError`
   */
  readFile?(file: string, byteOffset: number, into: Uint8Array): void;
}
