import type { model as english } from '../en/model.js';
import type { Translation } from '../translation.js';

/** Messages of the area `model`, in German. */
export const model: Translation<typeof english> = {
  'model.not-found':
    'Das Modell "{model}" wurde nicht gefunden: {reason}. Gib einen Ordner, einen Registry-Namen (siehe "mlxengine list") oder eine Hub-Kennung wie owner/name an.',
  'model.not-on-hub':
    '{source} hat kein Modell {model}. Prüfe den Namen; Modelle heißen owner/name.',
  'model.invalid-id':
    '"{model}" ist keine Hub-Kennung, erwartet war owner/name, etwa mlx-community/SmolLM2-135M-Instruct. Eine Revision wird getrennt angegeben.',
  'model.invalid-revision':
    '"{revision}" ist keine Revision von {model}, erwartet war ein Branch, ein Tag oder ein Commit.',
  'model.no-folder':
    'Unter {path} liegt kein Ordner. Prüfe den Pfad.',
  'model.not-a-folder':
    '{path} ist eine Datei, erwartet war der Ordner eines Modells.',
  'model.no-file':
    '{model} hat keine Datei {file}.',
  'model.no-revision':
    '{source} hat keine Revision {revision} von {model}. Gib einen vorhandenen Branch, ein Tag oder einen Commit an; Vorgabe ist main.',
};
