/** Messages of the area `chat`. */
export const chat = {
  'chat.busy':
    'The chat session is still answering. Wait for the answer or abort it first.',
} as const;
