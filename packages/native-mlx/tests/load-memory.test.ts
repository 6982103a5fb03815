import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { missing, suiteName } from './mlx.js';

const mebibyte = 1024 * 1024;

async function load(dtype: string, ...where: readonly string[]): Promise<{ readonly rise: number; readonly weights: number }> {
  const fixture = join(import.meta.dirname, 'fixtures', 'load-large-tensors.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [fixture, dtype, ...where], { timeout: 60_000 });
  return JSON.parse(stdout) as { rise: number; weights: number };
}

describe.skipIf(missing !== '')(suiteName('memory while large tensors are loaded', missing), () => {
  // 128 MiB are stored. What is held beside the weights are parts of a few MiB, before the collector comes some of them.
  test.each([['bfloat16', 128], ['float32', 256]])('which are no files, in %s is that of the weights and little more', async (dtype, size) => {
    const { rise, weights } = await load(dtype);
    expect(weights / mebibyte).toBeGreaterThan(size);
    expect((rise - weights) / mebibyte).toBeLessThan(80);
  });

  // The threads that read have a buffer of 256 KiB each, and their stacks.
  test.each([['bfloat16', 128], ['float32', 256]])('from files, in %s is that of the weights', async (dtype, size) => {
    const { rise, weights } = await load(dtype, 'file');
    expect(weights / mebibyte).toBeGreaterThan(size);
    expect((rise - weights) / mebibyte).toBeLessThan(12);
  });
});
