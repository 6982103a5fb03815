/** Messages of the area `unloaded`. */
export const unloaded = {
  'unloaded.engine':
    'The engine for {model} was unloaded. Load the model again.',
} as const;
