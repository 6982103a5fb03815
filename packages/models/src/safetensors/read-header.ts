import { CheckpointError } from '@mlxengine/core';
import type { ModelFile, ModelSource } from '@mlxengine/core';
import { headerLengthLimit } from './limits.js';
import { parseSafetensorsHeader } from './parse-header.js';
import type { SafetensorsEntry } from './parse-header.js';

/**
 * Reads and checks the header of one safetensors file; no byte of a tensor is read.
 * @returns the tensors in the order of their bytes
 * @throws `CheckpointError`
 */
export async function readSafetensorsHeader(
  source: ModelSource,
  { path: file, size: fileSize }: ModelFile,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly SafetensorsEntry[]> {
  const signal = options.signal && { signal: options.signal };
  checkSize(file, fileSize, 8);
  const prefix = await source.read(file, { offset: 0, length: 8, ...signal });
  checkSize(file, prefix.length, 8);
  const length = headerLength(prefix);
  if (length < 2n || length > BigInt(headerLengthLimit)) {
    throw new CheckpointError('checkpoint.header-length', { file, found: String(length), expected: headerLengthLimit });
  }
  checkSize(file, fileSize, 8 + Number(length));
  const json = await source.read(file, { offset: 8, length: Number(length), ...signal });
  checkSize(file, 8 + json.length, 8 + Number(length));
  return parseSafetensorsHeader(json, { file, fileSize });
}

function headerLength(prefix: Uint8Array): bigint {
  return new DataView(prefix.buffer, prefix.byteOffset, 8).getBigUint64(0, true);
}

function checkSize(file: string, found: number, expected: number): void {
  if (found < expected) throw new CheckpointError('checkpoint.header-truncated', { file, found, expected });
}
