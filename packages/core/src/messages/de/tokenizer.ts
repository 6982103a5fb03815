import type { tokenizer as english } from '../en/tokenizer.js';
import type { Translation } from '../translation.js';

/** Messages of the area `tokenizer`, in German. */
export const tokenizer: Translation<typeof english> = {
  'tokenizer.invalid':
    '{source} konnte nicht als Tokenizer gelesen werden: {reason}',
};
