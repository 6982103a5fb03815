import type { MessageKey } from '../messages/message-catalogue.js';

/** Keys of the message catalogue that belong to an area, such as `checkpoint`. */
export type CodeOf<Area extends string> = Extract<MessageKey, `${Area}.${string}`>;

/** What all coded errors take besides code and parameters. */
export interface CodedErrorOptions {
  readonly cause?: unknown;
}
