/** Messages of the area `template`. */
export const template = {
  'template.missing':
    'The model {model} has no chat template. Give the prompt as { raw } text instead.',
  'template.invalid':
    'The chat template of {model} could not be parsed: {reason}. Give the prompt as { raw } text, or repair {file}.',
  'template.no-default':
    'The chat templates of {model} are named {names}, expected one named "default". Rename one of them in {file}.',
  'template.raised':
    'The chat template of {model} refuses the conversation: {reason}',
  'template.failed':
    'The chat template of {model} failed: {reason}',
  'template.limit':
    'The chat template of {model} was stopped: it needs more than {limit} {unit}. Shorten the conversation, or do not use this template.',
} as const;
