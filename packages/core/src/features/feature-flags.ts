import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import { describeValue } from '../checks/check-number.js';
import { readEnvironment } from './environment.js';

/** Experimental features. Each has code behind it, and leaves this list when it becomes the default or goes. */
export type FeatureFlagName = 'relaxedSimd';

/** The option `experimental`: features switched on or off by name. */
export type ExperimentalFeatures = { readonly [Name in FeatureFlagName]?: boolean };

/** Who decided a flag. */
export type FeatureFlagOrigin = 'default' | 'environment' | 'option';

/** One flag as it stands. */
export interface FeatureFlag {
  readonly name: FeatureFlagName;
  /** What it does, in English. */
  readonly description: string;
  /** Variable that sets it, to `1` or `0`; the option `experimental` wins over it. */
  readonly environmentVariable: string;
  readonly enabled: boolean;
  readonly origin: FeatureFlagOrigin;
}

const prefix = 'MLXENGINE_EXPERIMENTAL_';

const descriptions: { readonly [Name in FeatureFlagName]: string } = {
  relaxedSimd: 'The fallback engine multiplies and adds in one rounding (WebAssembly relaxed SIMD) where the host can: faster, and not equal to the bit on every machine.',
};

const names = Object.keys(descriptions) as readonly FeatureFlagName[];

/**
 * Every flag and who decided it, for `mlxengine doctor`.
 * @param experimental - the option of that name; it wins over the environment
 * @throws `UnsupportedFeatureError` for a name that does not exist or a value that is neither on nor off
 */
export function listFeatureFlags(experimental: ExperimentalFeatures = {}): readonly FeatureFlag[] {
  const environment = readEnvironment();
  checkNames(experimental, environment);
  return names.map((name) => {
    const environmentVariable = variableOf(name);
    const byOption = readOption(name, experimental[name]);
    const byEnvironment = readVariable(environmentVariable, environment[environmentVariable]);
    const origin = byOption !== undefined ? 'option' : byEnvironment !== undefined ? 'environment' : 'default';
    const enabled = byOption ?? byEnvironment ?? false;
    return { name, description: descriptions[name], environmentVariable, enabled, origin };
  });
}

/**
 * Whether each experimental feature is on: by the option, else by the environment, else off.
 * @throws as {@link listFeatureFlags}
 *
 * @example
 * ```ts
 * import { resolveFeatureFlags } from '@mlxengine/core';
 *
 * const { relaxedSimd } = resolveFeatureFlags({ relaxedSimd: true });
 * console.log(relaxedSimd); // true
 * ```
 */
export function resolveFeatureFlags(experimental: ExperimentalFeatures = {}): Required<ExperimentalFeatures> {
  const entries = listFeatureFlags(experimental).map(({ name, enabled }) => [name, enabled] as const);
  return Object.fromEntries(entries) as Required<ExperimentalFeatures>;
}

function checkNames(experimental: object, environment: object): void {
  const options = Object.keys(experimental).filter((name) => !(names as readonly string[]).includes(name));
  const known = names.map(variableOf);
  const variables = Object.keys(environment).filter((name) => name.startsWith(prefix) && !known.includes(name));
  const wrong = [...options, ...variables][0];
  if (wrong === undefined) return;
  throw new UnsupportedFeatureError('feature.unknown-flag', { name: wrong, known: [...names, ...known].join(', ') });
}

function readOption(name: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw new UnsupportedFeatureError('feature.flag-value', { name: `experimental.${name}`, found: describeValue(value) });
}

function readVariable(name: string, value: string | undefined): boolean | undefined {
  if (value === undefined || value === '') return undefined;
  if (value === '1' || value === 'true') return true;
  if (value === '0' || value === 'false') return false;
  throw new UnsupportedFeatureError('feature.flag-value', { name, found: describeValue(value) });
}

function variableOf(name: FeatureFlagName): string {
  return prefix + name.replace(/[A-Z]/g, '_$&').toUpperCase();
}
