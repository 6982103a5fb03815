import type { engine as english } from '../en/engine.js';
import type { Translation } from '../translation.js';

/** Messages of the area `engine`, in German. */
export const engine: Translation<typeof english> = {
  'engine.generation-failed':
    'Die Erzeugung ist gescheitert: {reason}',
  'engine.invalid-part':
    'Die Engine von {model} lieferte etwas, das kein Teil eines Stroms ist: {found}. Melde das ihren Autoren.',
  'engine.missing-finish':
    'Der Strom der Engine von {model} endete ohne Teil "finish". Melde das ihren Autoren.',
  'engine.part-after-finish':
    'Die Engine von {model} lieferte nach ihrem Teil "finish" noch einen vom Typ "{type}". Melde das ihren Autoren.',
};
