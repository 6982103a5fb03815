/** Messages of the area `argument`. */
export const argument = {
  'argument.out-of-range':
    '{name} is {found}, expected {expected}.',
  'argument.wrong-type':
    '{name} is {found}, expected {expected}.',
} as const;
