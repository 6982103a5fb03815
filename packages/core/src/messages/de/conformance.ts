import type { conformance as english } from '../en/conformance.js';
import type { Translation } from '../translation.js';

/** Messages of the area `conformance`, in German. */
export const conformance: Translation<typeof english> = {
  'conformance.failed':
    'Konformitätstest "{test}": {detail}',
};
