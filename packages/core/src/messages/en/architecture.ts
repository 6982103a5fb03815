/** Messages of the area `architecture`. */
export const architecture = {
  'architecture.unknown':
    'The model type {architecture} is not supported. Nearest supported: {supported}. Choose a model of one of these families, or give readCheckpoint its architecture (see defineArchitecture).',
} as const;
