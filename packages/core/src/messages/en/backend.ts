/** Messages of the area `backend`. */
export const backend = {
  'backend.failed':
    'The backend {backend} failed: {reason}',
} as const;
