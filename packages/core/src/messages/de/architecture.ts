import type { architecture as english } from '../en/architecture.js';
import type { Translation } from '../translation.js';

/** Messages of the area `architecture`, in German. */
export const architecture: Translation<typeof english> = {
  'architecture.unknown':
    'Der Modelltyp {architecture} wird nicht unterstützt. Am nächsten kommen: {supported}. Wähle ein Modell aus einer dieser Familien oder gib readCheckpoint die Architektur mit (siehe defineArchitecture).',
};
