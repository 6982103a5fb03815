/** Messages of the area `backend`. */
export const backend = {
  'backend.failed':
    'The backend {backend} failed: {reason}',
  'backend.busy':
    'The backend {backend} takes no more requests: {reason} Try again later, or load the model with a larger batching.maxWaiting.',
  'backend.dead':
    'The backend {backend} lost its device: {reason} Restart the process, or load the backend with isolate: true, which restarts by itself.',
  'backend.crashed':
    'The process of the backend {backend} ended at this work, and again when it was tried a second time: {reason}',
} as const;
