import { expect, test } from 'vitest';
import { gzipSync } from 'node:zlib';
import { kernelBinary } from '../../src/kernels/compile-kernels.js';

// Every operation of the graph in every quantization; most of it is the linears, a loop for each width and block of rows.
test.each([['plain', 100_000, 22_000], ['relaxed', 180_000, 22_000]] as const)('the %s kernels stay small', async (variant, most, mostCompressed) => {
  const bytes = await kernelBinary(variant);
  expect(bytes.length).toBeLessThan(most);
  expect(gzipSync(bytes).length).toBeLessThan(mostCompressed);
});
