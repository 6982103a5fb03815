/** Messages of the area `architecture`. */
export const architecture = {
  'architecture.unknown':
    'The model type "{architecture}" is not supported. Supported: {supported}. Choose a model of one of these families.',
} as const;
