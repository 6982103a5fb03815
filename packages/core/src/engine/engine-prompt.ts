import type { Message } from './message.js';

/** A conversation, for the model's chat template. A string prompt arrives as one user message. */
export interface MessagesPrompt {
  readonly kind: 'messages';
  /** One or more. */
  readonly messages: readonly Message[];
}

/** Text that goes to the tokenizer as it is. */
export interface RawPrompt {
  readonly kind: 'raw';
  readonly text: string;
}

/** A prompt as an {@link EngineImplementation} gets it: checked, copied, one of two kinds. */
export type EnginePrompt = MessagesPrompt | RawPrompt;
