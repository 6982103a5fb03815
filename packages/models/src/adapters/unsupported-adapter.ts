import { UnsupportedFeatureError } from '@mlxengine/core';

/** The error for an adapter that holds more than what is computed with. */
export function unsupportedAdapter(source: string, feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', { component: `Loading the adapter ${source}`, feature, remedy });
}
