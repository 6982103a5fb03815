import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';

/** A file of a hub repository: its bytes, its text, or where it lies on disk. */
export type HubFileSource = Uint8Array | string | { readonly file: string };

/** A file with what a hub tells about it. */
export interface HubContent {
  readonly size: number;
  /** Hash of Git's blob, 40 hexadecimal digits. */
  readonly gitSha1: string;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
  /** Bytes from `start` up to `end`, which is not included. */
  read(start: number, end: number): AsyncIterable<Uint8Array>;
}

/** Sizes and hashes a file; what lies on disk stays there. */
export async function prepareContent(source: HubFileSource): Promise<HubContent> {
  const { size, read } = typeof source === 'string' || source instanceof Uint8Array ? inMemory(source) : await onDisk(source.file);
  const gitSha1 = createHash('sha1').update(`blob ${size}\0`);
  const sha256 = createHash('sha256');
  for await (const chunk of read(0, size)) {
    gitSha1.update(chunk);
    sha256.update(chunk);
  }
  return { size, read, gitSha1: gitSha1.digest('hex'), sha256: sha256.digest('hex') };
}

type Readable = Pick<HubContent, 'size' | 'read'>;

/** Small enough that a fault can strike between two pieces. */
const pieceBytes = 64 * 1024;

function inMemory(source: Uint8Array | string): Readable {
  const bytes = typeof source === 'string' ? new TextEncoder().encode(source) : source;
  return {
    size: bytes.byteLength,
    async *read(start, end) {
      for (let at = start; at < end; at += pieceBytes) yield bytes.subarray(at, Math.min(end, at + pieceBytes));
    },
  };
}

async function onDisk(file: string): Promise<Readable> {
  const { size } = await stat(file);
  return {
    size,
    async *read(start, end) {
      if (start >= end) return;
      yield* createReadStream(file, { start, end: end - 1, highWaterMark: pieceBytes }) as AsyncIterable<Uint8Array>;
    },
  };
}
