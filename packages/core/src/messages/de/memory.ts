import type { memory as english } from '../en/memory.js';
import type { Translation } from '../translation.js';

/** Messages of the area `memory`, in German. */
export const memory: Translation<typeof english> = {
  'memory.exhausted':
    '{what} braucht {neededBytes} Bytes, die nicht zu bekommen waren. Wähle ein kleineres Modell oder einen kleineren Kontext.',
  'memory.refused':
    '{what}: Der nötige Speicher war nicht zu bekommen: {reason} Ein kleineres Modell oder einen kleineren Kontext wählen.',
  'memory.model':
    'Das Laden von {model} braucht {neededBytes} Bytes ({weightBytes} davon für Gewichte), {device} hat aber noch {availableBytes}. Es ginge: {fits}.',
  'memory.request':
    'Eine Folge von {tokens} Tokens braucht {neededBytes} Bytes, es sind aber noch {availableBytes} frei. Es ginge: {fits}.',
  'memory.pressure':
    '{what} wurde abgelehnt, weil dem System der Speicher knapp wird. Versuche es später noch einmal oder schließe andere Programme.',
};
