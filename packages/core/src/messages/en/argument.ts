/** Messages of the area `argument`. */
export const argument = {
  'argument.out-of-range':
    '{name} is {found}, expected {expected}.',
  'argument.wrong-type':
    '{name} is {found}, expected {expected}.',
  'argument.nothing-cached':
    'None of the {count} tokens is in the prefix cache, so there is nothing to save. Generate with them as the prompt first.',
} as const;
