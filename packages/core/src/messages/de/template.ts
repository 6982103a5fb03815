import type { template as english } from '../en/template.js';
import type { Translation } from '../translation.js';

/** Messages of the area `template`, in German. */
export const template: Translation<typeof english> = {
  'template.missing':
    'Das Modell {model} hat kein Chat-Template. Gib den Prompt stattdessen als { raw }-Text an.',
  'template.invalid':
    'Das Chat-Template von {model} ist fehlerhaft: {reason}. Gib den Prompt als { raw }-Text an oder repariere {file}.',
  'template.no-default':
    'Die Chat-Templates von {model} heißen {names}, erwartet wurde eines namens „default“. Benenne eines davon in {file} um.',
  'template.raised':
    'Das Chat-Template von {model} lehnt das Gespräch ab: {reason}',
  'template.failed':
    'Das Chat-Template von {model} ist gescheitert: {reason}',
  'template.limit':
    'Das Chat-Template von {model} wurde angehalten: Es braucht mehr als {limit} {unit}. Kürze das Gespräch oder verwende dieses Template nicht.',
};
