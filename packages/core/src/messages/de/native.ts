import type { native as english } from '../en/native.js';
import type { Translation } from '../translation.js';

/** Messages of the area `native`, in German. */
export const native: Translation<typeof english> = {
  'native.not-built':
    'Das native Addon ist nicht gebaut: {reason}. {remedy}',
};
