import type { tokenizer as english } from '../en/tokenizer.js';
import type { Translation } from '../translation.js';

/** Messages of the area `tokenizer`, in German. */
export const tokenizer: Translation<typeof english> = {
  'tokenizer.missing-file':
    '{source} hat keine Datei {file}, erwartet wurde ein Tokenizer neben den Gewichten. Lade das Modell erneut herunter; hat es nur ein anderes Tokenizer-Format, lade es mit transformers und rufe save_pretrained am Tokenizer auf.',
  'tokenizer.invalid':
    '{file} von {source} konnte nicht als Tokenizer gelesen werden: {reason}. Lade die Datei erneut herunter.',
  'tokenizer.unsupported':
    '{file} von {source} enthält „{type}“ als {part}; das wird nicht unterstützt. Nimm einen anderen Checkpoint dieses Modells oder melde es.',
};
