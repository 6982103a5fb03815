import type { memory as english } from '../en/memory.js';
import type { Translation } from '../translation.js';

/** Messages of the area `memory`, in German. */
export const memory: Translation<typeof english> = {
  'memory.exhausted':
    '{what} braucht {neededBytes} Bytes, die nicht zu bekommen waren. Wähle ein kleineres Modell oder einen kleineren Kontext.',
  'memory.refused':
    '{what}: Der nötige Speicher war nicht zu bekommen: {reason} Ein kleineres Modell oder einen kleineren Kontext wählen.',
  'memory.weights':
    'Die Gewichte von {model} brauchen {neededBytes} Bytes, {device} hat aber noch {availableBytes}. Wähle ein kleineres Modell oder eine stärkere Quantisierung.',
  'memory.model':
    '{model} braucht {neededBytes} Bytes ({weightBytes} davon für Gewichte), {device} hat aber noch {availableBytes}. Es ginge: seine Gewichte in {fittingBits} Bit.',
  'memory.model-too-large':
    '{model} braucht {neededBytes} Bytes ({weightBytes} davon für Gewichte), {device} hat aber noch {availableBytes}. Es ginge: ein Modell mit {fittingParameters} Parametern in 4 Bit.',
  'memory.sequence':
    'Eine Folge von {tokens} Tokens braucht {neededBytes} Bytes, es sind aber noch {availableBytes} frei. Es ginge: {fittingTokens} Tokens, oder {quantizedTokens} mit einem Cache in 4 Bit.',
  'memory.pressure':
    '{what} wurde abgelehnt, weil dem System der Speicher knapp wird. Versuche es später noch einmal oder schließe andere Programme.',
};
