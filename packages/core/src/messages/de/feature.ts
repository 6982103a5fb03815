import type { feature as english } from '../en/feature.js';
import type { Translation } from '../translation.js';

/** Messages of the area `feature`, in German. */
export const feature: Translation<typeof english> = {
  'feature.unsupported':
    '{component} unterstützt {feature} nicht. {remedy}',
};
