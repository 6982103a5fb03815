import type { HubFile } from '../hub/hub-file.js';

/** Takes bytes in order and gives their hash. */
export interface Hasher {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; ends the hasher. */
  digest(): string;
}

/** Makes hashers of the platform. */
export type CreateHasher = (algorithm: 'sha1' | 'sha256') => Hasher;

/** A hasher for what the hub says of a file: Git hashes a header before the bytes. */
export function hasherFor({ hash, size }: HubFile, create: CreateHasher): Hasher {
  if (hash.algorithm === 'sha256') return create('sha256');
  const hasher = create('sha1');
  hasher.update(new TextEncoder().encode(`blob ${size}\0`));
  return hasher;
}
