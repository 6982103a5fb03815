/** Messages of the area `unavailable`. */
export const unavailable = {
  'unavailable.backend':
    'The backend {backend} cannot be used here: {reason}. {remedy}',
} as const;
