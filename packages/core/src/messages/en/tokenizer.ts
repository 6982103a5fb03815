/** Messages of the area `tokenizer`. */
export const tokenizer = {
  'tokenizer.invalid':
    '{source} could not be read as a tokenizer: {reason}',
} as const;
