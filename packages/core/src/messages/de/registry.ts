import type { registry as english } from '../en/registry.js';
import type { Translation } from '../translation.js';

/** Messages of the area `registry`, in German. */
export const registry: Translation<typeof english> = {
  'registry.invalid-entry':
    'Der Registry-Eintrag {entry} ist ungültig: {reason}',
};
