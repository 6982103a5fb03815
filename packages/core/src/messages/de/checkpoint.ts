import type { checkpoint as english } from '../en/checkpoint.js';
import type { Translation } from '../translation.js';

/** Messages of the area `checkpoint`, in German. */
export const checkpoint: Translation<typeof english> = {
  'checkpoint.missing-file':
    '{source} enthält keine Datei {file}. Ist es ein Modell im MLX-Format?',
};
