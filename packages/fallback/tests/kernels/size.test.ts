import { expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { kernelBinary } from '../../src/kernels/compile-kernels.js';

test.each([['plain', 100_000, 22_000], ['relaxed', 180_000, 22_000]] as const)('the %s kernels stay small', async (variant, most, mostCompressed) => {
  const bytes = await kernelBinary(variant);
  expect(bytes.length).toBeLessThan(most);
  expect(gzipSync(bytes).length).toBeLessThan(mostCompressed);
});
