import type { context as english } from '../en/context.js';
import type { Translation } from '../translation.js';

/** Messages of the area `context`, in German. */
export const context: Translation<typeof english> = {
  'context.exceeded':
    'Der Prompt hat {promptTokens} Token, der Kontext des Modells fasst aber {contextLength} samt der Antwort. Kürze den Prompt oder wähle ein Modell mit längerem Kontext.',
};
