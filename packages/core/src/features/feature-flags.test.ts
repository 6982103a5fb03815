import { afterEach, describe, expect, test, vi } from 'vitest';
import { UnsupportedFeatureError } from '../errors/unsupported-feature-error.js';
import { listFeatureFlags, resolveFeatureFlags, type ExperimentalFeatures } from './feature-flags.js';

const variable = 'MLXENGINE_EXPERIMENTAL_RELAXED_SIMD';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

describe('feature flags', () => {
  test('are off unless someone asks', () => {
    expect(resolveFeatureFlags()).toEqual({ relaxedSimd: false });
    expect(listFeatureFlags()).toMatchObject([{ name: 'relaxedSimd', enabled: false, origin: 'default', environmentVariable: variable }]);
  });

  test('are set by the environment', () => {
    vi.stubEnv(variable, '1');
    expect(listFeatureFlags()).toMatchObject([{ enabled: true, origin: 'environment' }]);
    vi.stubEnv(variable, 'false');
    expect(listFeatureFlags()).toMatchObject([{ enabled: false, origin: 'environment' }]);
    vi.stubEnv(variable, '');
    expect(listFeatureFlags()).toMatchObject([{ enabled: false, origin: 'default' }]);
  });

  test('are set by the option, which wins', () => {
    vi.stubEnv(variable, '1');
    expect(listFeatureFlags({ relaxedSimd: false })).toMatchObject([{ enabled: false, origin: 'option' }]);
    expect(resolveFeatureFlags({ relaxedSimd: true })).toEqual({ relaxedSimd: true });
  });

  test('of unknown names are errors', () => {
    expect(() => resolveFeatureFlags({ warpDrive: true } as ExperimentalFeatures)).toThrow(UnsupportedFeatureError);
    vi.stubEnv('MLXENGINE_EXPERIMENTAL_WARP_DRIVE', '1');
    expect(() => resolveFeatureFlags()).toThrow('no experimental feature MLXENGINE_EXPERIMENTAL_WARP_DRIVE. Known: relaxedSimd');
  });

  test('with other values are errors', () => {
    expect(() => resolveFeatureFlags({ relaxedSimd: 'yes' } as unknown as ExperimentalFeatures)).toThrow(UnsupportedFeatureError);
    vi.stubEnv(variable, 'yes');
    expect(() => resolveFeatureFlags()).toThrow(`${variable} is "yes", expected 1 or 0`);
  });

  test('work where there is no process', () => {
    vi.stubGlobal('process', undefined);
    expect(resolveFeatureFlags()).toEqual({ relaxedSimd: false });
  });
});
