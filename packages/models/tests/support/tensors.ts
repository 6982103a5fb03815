import type { TensorDtype } from '@mlxengine/core';
import { safetensorsChunks } from '../../src/safetensors/safetensors-chunks.js';
import { tensorByteLength } from '../../src/tensors/dtype.js';

/** A tensor with its bytes. */
export interface TestTensor {
  readonly name: string;
  readonly dtype: TensorDtype;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A tensor whose bytes are made from its name, so that a mix-up is seen. */
export function testTensor(name: string, dtype: TensorDtype, shape: readonly number[]): TestTensor {
  const seed = [...name].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) >>> 0, 7);
  const bytes = new Uint8Array(tensorByteLength(dtype, shape) ?? 0);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.imul(seed + index, 0x9e3779b1) >>> 24;
  return { name, dtype, shape, bytes };
}

/** A safetensors file as the package's writer makes it. */
export async function writeSafetensors(tensors: readonly TestTensor[]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of safetensorsChunks(tensors.map(({ bytes, ...tensor }) => ({ ...tensor, chunks: () => [bytes] })))) chunks.push(chunk);
  return concat(chunks);
}

/** A safetensors file with any header, valid or not. */
export function rawSafetensors(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0), headerLength?: bigint): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const prefix = new Uint8Array(8);
  new DataView(prefix.buffer).setBigUint64(0, headerLength ?? BigInt(json.length), true);
  return concat([prefix, json, data]);
}

export function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}
