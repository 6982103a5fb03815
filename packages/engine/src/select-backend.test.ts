import { BackendUnavailableError, UnsupportedFeatureError } from '@mlxengine/core';
import type { BackendProbe, InferenceBackend } from '@mlxengine/core/backend';
import { describe, expect, it } from 'vitest';
import type { BackendCandidate, EnginePlatform } from './platform.js';
import { selectBackend } from './select-backend.js';

function platformOf(...candidates: BackendCandidate[]): EnginePlatform {
  return {
    candidates,
    createDownloader: () => expect.unreachable(),
    openFolder: async () => undefined,
    openStarterModel: async () => undefined,
  };
}

function candidate(name: 'mlx' | 'fallback', probe: Partial<BackendProbe>, create?: () => never): BackendCandidate {
  return {
    name,
    experimental: name === 'fallback' ? ['relaxedSimd'] : [],
    isolates: name === 'mlx',
    probe: async () => ({ backend: name, available: true, automatic: true, checks: [], ...probe }),
    create: async () => create?.() ?? ({ name, device: { kind: 'cpu', name: 'a device' } } as InferenceBackend),
  };
}

const missing = { name: 'mlx-library', ok: false, detail: 'no libmlx was found', remedy: 'pip install mlx' };

describe('selectBackend', () => {
  it('takes the first that works and says why the others were passed over', async () => {
    const platform = platformOf(candidate('mlx', { available: false, checks: [missing] }), candidate('fallback', {}));
    const { backend, selection } = await selectBackend(platform, 'auto', {});
    expect(backend.name).toBe('fallback');
    expect(selection.reason).toContain('mlx was not taken: no libmlx was found');
    expect(selection.probes.map((probe) => probe.backend)).toEqual(['mlx', 'fallback']);
  });

  it('never takes a backend by itself that is only for the asking', async () => {
    const cpu = { kind: 'cpu', name: 'MLX on the CPU' };
    const platform = platformOf(candidate('mlx', { automatic: false, device: cpu }), candidate('fallback', {}));
    const { backend, selection } = await selectBackend(platform, 'auto', {});
    expect(backend.name).toBe('fallback');
    expect(selection.reason).toContain('only used when asked for');
    expect((await selectBackend(platform, 'mlx', {})).backend.name).toBe('mlx');
  });

  it('goes on where a backend passes its probe and then cannot start', async () => {
    const fails = (): never => {
      throw new BackendUnavailableError('unavailable.backend', { backend: 'mlx', reason: 'no device', remedy: '' });
    };
    const platform = platformOf(candidate('mlx', {}, fails), candidate('fallback', {}));
    const { backend, selection } = await selectBackend(platform, 'auto', {});
    expect(backend.name).toBe('fallback');
    expect(selection.probes[0]).toMatchObject({ available: false, checks: [{ name: 'start', ok: false }] });
  });

  it('takes the next where a probe itself fails', async () => {
    const broken = { ...candidate('mlx', {}), probe: () => Promise.reject(new TypeError('a damaged file')) };
    const { backend, selection } = await selectBackend(platformOf(broken, candidate('fallback', {})), 'auto', {});
    expect(backend.name).toBe('fallback');
    expect(selection.reason).toContain('a damaged file');
  });

  it('refuses a named backend with the reason and the remedy', async () => {
    const platform = platformOf(candidate('mlx', { available: false, checks: [missing] }), candidate('fallback', {}));
    const refused = await selectBackend(platform, 'mlx', {}).catch((error: unknown) => error);
    expect(BackendUnavailableError.isInstance(refused)).toBe(true);
    expect((refused as Error).message).toMatch(/no libmlx was found.*pip install mlx/);
  });

  it('passes over, or refuses by name, a backend without an experimental feature that was asked for', async () => {
    const platform = platformOf(candidate('mlx', {}), candidate('fallback', {}));
    const experimental = { relaxedSimd: true };
    const { backend, selection } = await selectBackend(platform, 'auto', { experimental });
    expect(backend.name).toBe('fallback');
    expect(selection.reason).toContain('relaxedSimd');
    const refused = await selectBackend(platform, 'mlx', { experimental }).catch((error: unknown) => error);
    expect(UnsupportedFeatureError.isInstance(refused)).toBe(true);
    expect((await selectBackend(platform, 'auto', { experimental: { relaxedSimd: false } })).backend.name).toBe('mlx');
  });

  it('passes over, or refuses by name, a backend that cannot live in a process of its own', async () => {
    const platform = platformOf(candidate('fallback', {}), candidate('mlx', {}));
    const { backend, selection } = await selectBackend(platform, 'auto', { isolate: true });
    expect(backend.name).toBe('mlx');
    expect(selection.reason).toContain('a process of its own');
    const refused = await selectBackend(platform, 'fallback', { isolate: true }).catch((error: unknown) => error);
    expect(UnsupportedFeatureError.isInstance(refused)).toBe(true);
    const alone = await selectBackend(platformOf(candidate('fallback', {})), 'auto', { isolate: true }).catch((error: unknown) => error);
    expect(BackendUnavailableError.isInstance(alone)).toBe(true);
  });

  it('refuses a backend that the platform does not have', async () => {
    const refused = await selectBackend(platformOf(candidate('fallback', {})), 'mlx', {}).catch((error: unknown) => error);
    expect(UnsupportedFeatureError.isInstance(refused)).toBe(true);
  });
});
