import type { native as english } from '../en/native.js';
import type { Translation } from '../translation.js';

/** Messages of the area `native`, in German. */
export const native: Translation<typeof english> = {
  'native.not-loaded':
    'Das native Addon lässt sich nicht laden: {reason}. "mlxengine doctor" zeigt, was zu tun ist.',
  'native.crash-loop':
    'Der Prozess von MLX endete immer wieder und wird nicht mehr gestartet; zuletzt: {reason}. "mlxengine doctor" zeigt, was zu tun ist.',
};
