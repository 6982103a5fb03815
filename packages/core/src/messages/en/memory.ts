/** Messages of the area `memory`. */
export const memory = {
  'memory.exhausted':
    '{what} needs {neededBytes} bytes, which could not be had. Choose a smaller model or a smaller context.',
  'memory.refused':
    '{what} could not have the memory that it needs: {reason} Choose a smaller model or a smaller context.',
  'memory.estimated':
    'The weights of {model} need at least {neededBytes} bytes, but {device} has {memoryBytes}. Choose a smaller model or a stronger quantization.',
} as const;
