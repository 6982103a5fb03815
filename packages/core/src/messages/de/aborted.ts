import type { aborted as english } from '../en/aborted.js';
import type { Translation } from '../translation.js';

/** Messages of the area `aborted`, in German. */
export const aborted: Translation<typeof english> = {
  'aborted.generation':
    'Die Erzeugung wurde durch ihr Signal abgebrochen; "partial" am Fehler enthält, was bis dahin erzeugt war.',
  'aborted.operation':
    '{operation} wurde durch das Signal abgebrochen.',
};
