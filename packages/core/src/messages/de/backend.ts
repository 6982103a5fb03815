import type { backend as english } from '../en/backend.js';
import type { Translation } from '../translation.js';

/** Messages of the area `backend`, in German. */
export const backend: Translation<typeof english> = {
  'backend.failed':
    'Das Backend {backend} ist gescheitert: {reason}',
  'backend.busy':
    'Das Backend {backend} nimmt keine weiteren Anfragen an: {reason} Versuche es später wieder oder lade das Modell mit einem größeren batching.maxWaiting.',
  'backend.dead':
    'Das Backend {backend} hat sein Gerät verloren: {reason} Starte den Prozess neu oder lade das Backend mit isolate: true, das von selbst neu startet.',
  'backend.crashed':
    'Der Prozess des Backends {backend} endete bei dieser Arbeit, und beim zweiten Versuch wieder: {reason}',
};
