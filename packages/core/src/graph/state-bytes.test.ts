import { expect, test } from 'vitest';
import { fittingPositions, stateBytes } from './state-bytes.js';
import type { StateDeclaration } from './state-declaration.js';

const kv: StateDeclaration = { type: 'kv', name: 'a', heads: 2, keyDimension: 64, valueDimension: 32 };
const latent: StateDeclaration = { type: 'latent', name: 'b', rank: 100, ropeDimension: 28 };
const fixed: readonly StateDeclaration[] = [
  { type: 'rolling', name: 'c', channels: 10, width: 3 },
  { type: 'matrix', name: 'd', shape: [4, 5] },
];
const float16 = { floatBytes: 2 };

test('keys and values grow by 256 positions at a time', () => {
  expect(stateBytes([kv], 0, float16)).toBe(0);
  expect(stateBytes([kv], 1, float16)).toBe(256 * 2 * 96 * 2);
  expect(stateBytes([kv], 257, float16)).toBe(512 * 2 * 96 * 2);
  expect(stateBytes([latent], 300, { floatBytes: 4 })).toBe(512 * 128 * 4);
});

test('windows and rings stop growing, recurrences never grow', () => {
  expect(stateBytes([{ ...kv, window: 100 }], 5000, float16)).toBe(100 * 2 * 96 * 2);
  expect(stateBytes([kv, latent], 5000, { ...float16, maxPositions: 1024 })).toBe(1024 * 2 * 96 * 2 + 5120 * 128 * 2);
  expect(stateBytes(fixed, 0, float16)).toBe(3 * 10 * 2 + 20 * 4);
  expect(stateBytes(fixed, 5000, float16)).toBe(3 * 10 * 2 + 20 * 4);
});

test('quantized keys and values have a scale and a bias a group', () => {
  expect(stateBytes([kv], 256, { ...float16, bits: 4 })).toBe(256 * 2 * 96 * (0.5 + 4 / 64));
  expect(stateBytes([kv], 256, { ...float16, bits: 8, groupSize: 32 })).toBe(256 * 2 * 96 * (1 + 4 / 32));
});

test('as many positions fit as take no more', () => {
  const all = [kv, latent, ...fixed];
  for (const bytes of [stateBytes(all, 1024, float16), stateBytes(all, 1025, float16) - 1]) expect(fittingPositions(all, bytes, float16)).toBe(1024);
  expect(fittingPositions(all, 10, float16)).toBe(0);
  expect(fittingPositions(fixed, 1000, float16)).toBe(Infinity);
});
