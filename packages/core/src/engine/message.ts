/** Who says a message. */
export type MessageRole = 'system' | 'user' | 'assistant';

/** One message of a conversation. */
export interface Message {
  readonly role: MessageRole;
  readonly content: string;
}
