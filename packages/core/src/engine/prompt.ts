import type { Message } from './message.js';

/** What to answer: one user message, a conversation, or text that goes to the tokenizer without a chat template. */
export type Prompt = string | readonly Message[] | { readonly raw: string };
