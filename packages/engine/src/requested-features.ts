import { resolveFeatureFlags, UnsupportedFeatureError, type ExperimentalFeatures, type FeatureFlagName } from '@mlxengine/core';

/**
 * Experimental features that the option switches on, by name; the environment's are wishes and not among them.
 * @throws `UnsupportedFeatureError` for a name that does not exist, in the option or the environment
 */
export function requestedFeatures(experimental: ExperimentalFeatures | undefined): readonly FeatureFlagName[] {
  const names = Object.keys(resolveFeatureFlags(experimental)) as FeatureFlagName[];
  return names.filter((name) => experimental?.[name] === true);
}

/** The error for features that a backend does not honour. */
export function unsupportedFeatures(backend: string, features: readonly FeatureFlagName[]): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.experimental', { backend, features: features.join(', ') });
}

/** The error for a backend that cannot live in a process of its own. */
export function cannotIsolate(backend: string): UnsupportedFeatureError {
  const remedy = 'Leave "isolate" out, or use the backend mlx by its name.';
  return new UnsupportedFeatureError('feature.unsupported', { component: `The backend ${backend}`, feature: 'a process of its own', remedy });
}
