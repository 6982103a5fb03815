import type { engine as english } from '../en/engine.js';
import type { Translation } from '../translation.js';

/** Messages of the area `engine`, in German. */
export const engine: Translation<typeof english> = {
  'engine.generation-failed':
    'Die Erzeugung ist gescheitert: {reason}',
};
