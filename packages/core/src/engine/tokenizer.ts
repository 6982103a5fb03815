import type { Message } from './message.js';

/** How to turn text into ids. */
export interface EncodeOptions {
  /** Whether the tokenizer's own begin and end tokens are added; default true. */
  readonly addSpecialTokens?: boolean;
}

/** How to turn a conversation into text. */
export interface ChatTemplateOptions {
  /** Whether the text ends where the assistant begins to speak; default true. */
  readonly addGenerationPrompt?: boolean;
}

/** Turns ids into text while they come. */
export interface StreamingDetokenizer {
  /** The text that is certain after these ids: never half a character; may be empty. */
  push(ids: readonly number[] | Uint32Array): string;
  /** What is left at the end. */
  flush(): string;
}

/** Text to ids and back, and a conversation to text, as one checkpoint does it. */
export interface Tokenizer {
  readonly specificationVersion: 'v1';
  readonly vocabularySize: number;
  /** Ids that end an answer. */
  readonly endTokens: readonly number[];
  encode(text: string, options?: EncodeOptions): number[];
  /** Text of ids; special tokens left out. */
  decode(ids: readonly number[] | Uint32Array): string;
  detokenizer(): StreamingDetokenizer;
  /** The prompt of a conversation. @throws `TokenizerError` where there is no template or it fails. */
  applyChatTemplate(messages: readonly Message[], options?: ChatTemplateOptions): string;
}
