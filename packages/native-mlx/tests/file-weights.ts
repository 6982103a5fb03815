import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TensorInformation, WeightSource } from '@mlxengine/core';

/** Weights whose bytes lie in a file. */
export interface FileWeights extends Disposable {
  readonly file: string;
  readonly weights: WeightSource;
}

/** Writes a source's tensors to a file of their own, one after another, as the bytes lie in a checkpoint. */
export async function writeFileWeights(source: WeightSource): Promise<FileWeights> {
  const folder = mkdtempSync(join(tmpdir(), 'mlxengine-weights-'));
  const file = join(folder, 'weights.bin');
  const offsets = new Map<string, number>();
  const parts: Uint8Array[] = [];
  // An odd beginning, so that nothing is aligned.
  let end = 13;
  for (const name of source.tensors.keys()) {
    const bytes = await source.read(name);
    offsets.set(name, end);
    parts.push(bytes);
    end += bytes.length;
  }
  writeFileSync(file, Buffer.concat([new Uint8Array(13), ...parts]));
  const weights: WeightSource = {
    tensors: source.tensors,
    quantization: (path) => source.quantization(path),
    read: () => Promise.reject(new Error('the addon reads files itself')),
    location: (name) => ({ file, byteOffset: offsets.get(name) ?? -1 }),
  };
  return { file, weights, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** One dense tensor as a source. */
export function oneTensor(tensor: Omit<TensorInformation, 'byteLength'>, bytes: Uint8Array): WeightSource {
  return {
    tensors: new Map([[tensor.name, { ...tensor, byteLength: bytes.length }]]),
    quantization: () => undefined,
    location: () => undefined,
    read: async () => bytes,
  };
}
