import type { feature as english } from '../en/feature.js';
import type { Translation } from '../translation.js';

/** Messages of the area `feature`, in German. */
export const feature: Translation<typeof english> = {
  'feature.unsupported':
    '{component} unterstützt {feature} nicht. {remedy}',
  'feature.parameter':
    'Die Engine von {model} unterstützt den Parameter "{parameter}" nicht. Sie unterstützt: {supported}. Lass den Parameter weg.',
  'feature.raw-prompt':
    'Die Engine von {model} nimmt keinen rohen Text, erwartet waren Nachrichten. Gib den Prompt als Zeichenkette oder als Nachrichten.',
  'feature.count-tokens':
    'Die Engine von {model} kann keine Token zählen. Sieh stattdessen "usage" im Ergebnis einer Antwort an.',
  'feature.unknown-flag':
    'Es gibt keine experimentelle Funktion {name}. Bekannt: {known}. Entferne oder berichtige sie.',
  'feature.flag-value':
    '{name} ist {found}, erwartet war 1 oder 0 (als Option true oder false).',
  'feature.experimental':
    'Das Backend {backend} hat die experimentelle Funktion {features} nicht. Lass sie weg oder nutze ein anderes Backend.',
};
