import type { template as english } from '../en/template.js';
import type { Translation } from '../translation.js';

/** Messages of the area `template`, in German. */
export const template: Translation<typeof english> = {
  'template.missing':
    'Das Modell {model} hat kein Chat-Template. Gib den Prompt stattdessen als { raw }-Text an.',
  'template.failed':
    'Das Chat-Template von {model} ist gescheitert: {reason}',
};
