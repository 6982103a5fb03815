import type { unavailable as english } from '../en/unavailable.js';
import type { Translation } from '../translation.js';

/** Messages of the area `unavailable`, in German. */
export const unavailable: Translation<typeof english> = {
  'unavailable.backend':
    'Das Backend {backend} ist hier nicht nutzbar: {reason}. {remedy}',
};
