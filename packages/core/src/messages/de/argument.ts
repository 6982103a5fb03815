import type { argument as english } from '../en/argument.js';
import type { Translation } from '../translation.js';

/** Messages of the area `argument`, in German. */
export const argument: Translation<typeof english> = {
  'argument.out-of-range':
    '{name} ist {found}, erwartet war {expected}.',
  'argument.wrong-type':
    '{name} ist {found}, erwartet war {expected}.',
  'argument.nothing-cached':
    'Keines der {count} Token liegt im Präfix-Cache, es gibt also nichts zu speichern. Erzeuge zuerst etwas mit ihnen als Prompt.',
};
