/** Messages of the area `memory`. */
export const memory = {
  'memory.exhausted':
    '{what} needs {neededBytes} bytes, which could not be had. Choose a smaller model or a smaller context.',
} as const;
