/** Messages of the area `feature`. */
export const feature = {
  'feature.unsupported':
    '{component} does not support {feature}. {remedy}',
  'feature.parameter':
    'The engine of {model} does not support the parameter "{parameter}". It supports: {supported}. Leave the parameter out.',
  'feature.raw-prompt':
    'The engine of {model} takes no raw text, expected messages. Give the prompt as a string or as messages.',
  'feature.count-tokens':
    'The engine of {model} cannot count tokens. See "usage" in the result of an answer instead.',
  'feature.unknown-flag':
    'There is no experimental feature {name}. Known: {known}. Remove or correct it.',
  'feature.flag-value':
    '{name} is {found}, expected 1 or 0 (true or false as an option).',
  'feature.experimental':
    'The backend {backend} does not have the experimental feature {features}. Leave it out, or use another backend.',
} as const;
