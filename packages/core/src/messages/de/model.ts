import type { model as english } from '../en/model.js';
import type { Translation } from '../translation.js';

/** Messages of the area `model`, in German. */
export const model: Translation<typeof english> = {
  'model.not-found':
    'Das Modell "{model}" wurde nicht gefunden: {reason}. Gib einen Ordner, einen Registry-Namen (siehe "mlxengine list") oder eine Hub-Kennung wie owner/name an.',
};
