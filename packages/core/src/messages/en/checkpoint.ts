/** Messages of the area `checkpoint`. */
export const checkpoint = {
  'checkpoint.missing-file':
    '{source} has no {file}. Is it a model in MLX\'s format?',
} as const;
