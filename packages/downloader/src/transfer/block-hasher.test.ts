import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { randomBytes } from '../../tests/fixtures.js';
import { Sha1 } from './sha1.js';
import { Sha256 } from './sha256.js';

const kinds = [['sha1', Sha1], ['sha256', Sha256]] as const;

test.each(kinds)('%s of every length around the block boundaries is what Node computes', (name, Hash) => {
  const bytes = randomBytes(300, 1);
  for (let length = 0; length <= 300; length += 1) {
    const hasher = new Hash();
    hasher.update(bytes.subarray(0, length));
    expect(hasher.digest(), `${length} bytes`).toBe(createHash(name).update(bytes.subarray(0, length)).digest('hex'));
  }
});

test.each(kinds)('%s does not depend on how the bytes are cut, nor on where they lie in memory', (name, Hash) => {
  const bytes = randomBytes(100_000, 2);
  const expected = createHash(name).update(bytes).digest('hex');
  for (const step of [1, 7, 63, 64, 65, 1000, 65_536]) {
    const hasher = new Hash();
    for (let start = 0; start < bytes.length; start += step) {
      const piece = new Uint8Array(step + 5).subarray(3);
      const part = bytes.subarray(start, start + step);
      piece.set(part);
      hasher.update(piece.subarray(0, part.length));
    }
    expect(hasher.digest(), `pieces of ${step}`).toBe(expected);
  }
});
