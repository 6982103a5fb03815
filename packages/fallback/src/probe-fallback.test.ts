import { platform } from '#platform';
import { afterEach, expect, test, vi } from 'vitest';
import { createFallbackBackend } from './create-fallback-backend.js';
import { kernelBinary } from './kernels/compile-kernels.js';
import { probeFallback } from './probe-fallback.js';

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});

/** A host that does not take modules of some size. */
async function withoutVariant(variant: 'plain' | 'relaxed'): Promise<void> {
  const { length } = await kernelBinary(variant);
  const validate = WebAssembly.validate.bind(WebAssembly);
  vi.spyOn(WebAssembly, 'validate').mockImplementation((bytes) => bytes.byteLength !== length && validate(bytes));
}

test('tells what this host has', async () => {
  const probe = await probeFallback();
  expect(probe).toMatchObject({ backend: 'fallback', available: true, automatic: true });
  expect(probe.checks.map(({ name, ok }) => [name, ok])).toEqual([
    ['webassembly', true], ['simd', true], ['relaxed-simd', true], ['shared-memory', true], ['worker', true],
  ]);
});

test('a host without SIMD is told, and refused with a code', async () => {
  await withoutVariant('plain');
  const probe = await probeFallback();
  expect(probe).toMatchObject({ available: false, automatic: false });
  expect(probe.checks.at(-1)).toMatchObject({ name: 'simd', ok: false, remedy: expect.any(String) as string });
  await expect(createFallbackBackend()).rejects.toMatchObject({ code: 'fallback.no-simd' });
});

test('a host without relaxed SIMD is refused only where that is asked for, by option or environment', async () => {
  await withoutVariant('relaxed');
  expect((await probeFallback()).checks.find(({ name }) => name === 'relaxed-simd')).toMatchObject({ ok: false });
  await expect(createFallbackBackend({ experimental: { relaxedSimd: true } })).rejects.toMatchObject({ code: 'fallback.no-relaxed-simd' });
  vi.stubEnv('MLXENGINE_EXPERIMENTAL_RELAXED_SIMD', '1');
  await expect(createFallbackBackend()).rejects.toMatchObject({ code: 'fallback.no-relaxed-simd' });
  await using backend = await createFallbackBackend({ experimental: { relaxedSimd: false } });
  expect(backend.device.name).not.toContain('relaxed');
});

test('a host without WebAssembly is told', async () => {
  vi.stubGlobal('WebAssembly', undefined);
  expect((await probeFallback()).checks).toMatchObject([{ name: 'webassembly', ok: false }]);
  await expect(createFallbackBackend()).rejects.toMatchObject({ code: 'fallback.no-webassembly' });
});

test('a host without shared memory is told, and still answers', async () => {
  vi.stubGlobal('SharedArrayBuffer', undefined);
  const probe = await probeFallback();
  expect(probe).toMatchObject({ available: true, automatic: true });
  expect(probe.checks.find(({ name }) => name === 'shared-memory')).toEqual({
    name: 'shared-memory', ok: false, detail: 'Memory shared between threads: missing.', remedy: 'In a browser, serve the page cross-origin isolated.',
  });
});

test('a host on which no worker starts is told why, and still answers', async () => {
  vi.spyOn(platform, 'openWorkerChannel').mockRejectedValue(new Error('workers are forbidden'));
  const probe = await probeFallback();
  expect(probe).toMatchObject({ available: true, automatic: true });
  expect(probe.checks.find(({ name }) => name === 'worker')).toMatchObject({
    ok: false, detail: 'A worker did not start: workers are forbidden. The engine runs in the calling thread.', remedy: expect.any(String) as string,
  });
});
