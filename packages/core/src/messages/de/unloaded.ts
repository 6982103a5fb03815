import type { unloaded as english } from '../en/unloaded.js';
import type { Translation } from '../translation.js';

/** Messages of the area `unloaded`, in German. */
export const unloaded: Translation<typeof english> = {
  'unloaded.engine':
    'Die Engine für {model} wurde entladen. Lade das Modell erneut.',
};
