import type { memory as english } from '../en/memory.js';
import type { Translation } from '../translation.js';

/** Messages of the area `memory`, in German. */
export const memory: Translation<typeof english> = {
  'memory.exhausted':
    '{what} braucht {neededBytes} Bytes, die nicht zu bekommen waren. Wähle ein kleineres Modell oder einen kleineren Kontext.',
  'memory.refused':
    '{what}: Der nötige Speicher war nicht zu bekommen: {reason} Ein kleineres Modell oder einen kleineren Kontext wählen.',
  'memory.estimated':
    'Die Gewichte von {model} brauchen mindestens {neededBytes} Bytes, {device} hat aber {memoryBytes}. Wähle ein kleineres Modell oder eine stärkere Quantisierung.',
};
