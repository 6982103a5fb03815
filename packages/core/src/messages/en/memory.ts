/** Messages of the area `memory`. */
export const memory = {
  'memory.exhausted':
    '{what} needs {neededBytes} bytes, which could not be had. Choose a smaller model or a smaller context.',
  'memory.refused':
    '{what} could not have the memory that it needs: {reason} Choose a smaller model or a smaller context.',
  'memory.model':
    'Loading {model} needs {neededBytes} bytes ({weightBytes} of them for weights), but {device} has {availableBytes} left. What would fit: {fits}.',
  'memory.request':
    'A sequence of {tokens} tokens needs {neededBytes} bytes, but {availableBytes} are left. What would fit: {fits}.',
  'memory.pressure':
    '{what} was refused, because the system is short of memory. Try again later, or close other programs.',
} as const;
