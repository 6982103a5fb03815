import type { starter as english } from '../en/starter.js';
import type { Translation } from '../translation.js';

/** Messages of the area `starter`, in German. */
export const starter: Translation<typeof english> = {
  'starter.unavailable':
    'Das Starter-Modell konnte nicht erzeugt werden: {reason}. Abhilfe: {remedies}',
};
