import type { backend as english } from '../en/backend.js';
import type { Translation } from '../translation.js';

/** Messages of the area `backend`, in German. */
export const backend: Translation<typeof english> = {
  'backend.failed':
    'Das Backend {backend} ist gescheitert: {reason}',
};
