import { uniform } from '@mlxengine/core/backend';

/** The same pseudo-random weights for the same name and seed, on every machine; each uniform in [-1, 1). */
export function randomValues(name: string, seed: number, count: number): Float32Array {
  const base = hash(name) ^ seed;
  return Float32Array.from({ length: count }, (_, index) => uniform(base, index) * 2 - 1);
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}
