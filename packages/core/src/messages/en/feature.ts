/** Messages of the area `feature`. */
export const feature = {
  'feature.unsupported':
    '{component} does not support {feature}. {remedy}',
} as const;
