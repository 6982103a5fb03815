import type { gguf as english } from '../en/gguf.js';
import type { Translation } from '../translation.js';

/** Messages of the area `gguf`, in German. */
export const gguf: Translation<typeof english> = {
  'gguf.bad-magic':
    '{file} beginnt nicht mit "GGUF", sondern mit {found}. Ist es eine GGUF-Datei?',
};
