/** Messages of the area `memory`. */
export const memory = {
  'memory.exhausted':
    '{what} needs {neededBytes} bytes, which could not be had. Choose a smaller model or a smaller context.',
  'memory.refused':
    '{what} could not have the memory that it needs: {reason} Choose a smaller model or a smaller context.',
  'memory.weights':
    'The weights of {model} need {neededBytes} bytes, but {device} has {availableBytes} left. Choose a smaller model or a stronger quantization.',
  'memory.model':
    '{model} needs {neededBytes} bytes ({weightBytes} of them for weights), but {device} has {availableBytes} left. What would fit: its weights in {fittingBits} bits.',
  'memory.model-too-large':
    '{model} needs {neededBytes} bytes ({weightBytes} of them for weights), but {device} has {availableBytes} left. What would fit: a model of {fittingParameters} parameters in 4 bits.',
  'memory.sequence':
    'A sequence of {tokens} tokens needs {neededBytes} bytes, but {availableBytes} are left. What would fit: {fittingTokens} tokens, or {quantizedTokens} with a cache of 4 bits.',
  'memory.pressure':
    '{what} was refused, because the system is short of memory. Try again later, or close other programs.',
} as const;
