import type { download as english } from '../en/download.js';
import type { Translation } from '../translation.js';

/** Messages of the area `download`, in German. */
export const download: Translation<typeof english> = {
  'download.failed':
    'Der Download von {file} aus {source} ist gescheitert: {reason}. Prüfe das Netz und versuche es erneut; Vollständiges bleibt erhalten.',
};
