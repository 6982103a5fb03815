/** Messages of the area `context`. */
export const context = {
  'context.exceeded':
    'The prompt has {promptTokens} tokens, but the model\'s context holds {contextLength}, the answer included. Shorten the prompt or choose a model with a longer context.',
} as const;
