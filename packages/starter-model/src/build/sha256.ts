import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { StarterModelError } from '@mlxengine/core';

/** @throws `StarterModelError` where a file is not the one that was pinned */
export async function checkSha256(path: string, expected: string, signal?: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  const found = hash.digest('hex');
  if (found !== expected) throw new StarterModelError('starter.wrong-hash', { file: basename(path), found, expected });
}
