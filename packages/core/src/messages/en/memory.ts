/** Messages of the area `memory`. */
export const memory = {
  'memory.exhausted':
    '{what} needs {neededBytes} bytes, which could not be had. Choose a smaller model or a smaller context.',
  'memory.refused':
    '{what} could not have the memory that it needs: {reason} Choose a smaller model or a smaller context.',
} as const;
