/** Messages of the area `template`. */
export const template = {
  'template.missing':
    'The model {model} has no chat template. Give the prompt as { raw } text instead.',
  'template.failed':
    'The chat template of {model} failed: {reason}',
} as const;
