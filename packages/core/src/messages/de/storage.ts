import type { storage as english } from '../en/storage.js';
import type { Translation } from '../translation.js';

/** Messages of the area `storage`, in German. */
export const storage: Translation<typeof english> = {
  'storage.disk-full':
    'Auf dem Datenträger ist kein Platz mehr für {path}. Schaffe Platz und versuche es erneut; es bleibt nichts halb Geschriebenes zurück.',
  'storage.read-failed':
    '{path} konnte nicht gelesen werden: {reason}',
  'storage.write-failed':
    '{path} konnte nicht geschrieben werden: {reason}',
  'storage.too-short':
    '{path} hat {found} Bytes, erwartet waren mindestens {expected}. Die Datei ist wohl abgeschnitten; hole das Modell erneut.',
  'storage.unavailable':
    'Dieser Browser gibt der Seite kein privates Dateisystem (OPFS), das Downloads brauchen. Nimm HTTPS oder localhost und einen neueren Browser, oder öffne das Modell über seine URL.',
};
