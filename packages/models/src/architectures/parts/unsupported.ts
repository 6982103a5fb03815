import { UnsupportedFeatureError } from '@mlxengine/core';

/** The error for a config's value that means another computation than the family's. */
export function unsupported(feature: string, remedy = 'Choose another model.'): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', { component: 'This version of @mlxengine/models', feature, remedy });
}
