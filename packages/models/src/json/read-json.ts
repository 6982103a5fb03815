import { CheckpointError } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import { parseJson } from './parse-json.js';
import type { JsonValue } from './parse-json.js';

/** Where a JSON file is and how large it may be. */
export interface ReadJsonOptions {
  /** Size as the source lists it. */
  readonly size: number;
  /** Most bytes that are accepted. */
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** Text of bytes. @throws `CheckpointError` where they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CheckpointError('checkpoint.not-utf8', { file }, { cause });
  }
}

/**
 * Reads a JSON file that Python may have written: the last of equal keys counts, non-finite numbers are accepted.
 * @throws `CheckpointError`
 */
export async function readJson(source: ModelSource, file: string, options: ReadJsonOptions): Promise<JsonValue> {
  const { size, limit, signal } = options;
  if (size > limit) throw new CheckpointError('checkpoint.file-too-large', { file, found: size, expected: limit });
  const bytes = await source.read(file, { length: size, ...(signal && { signal }) });
  return parseJson(decodeUtf8(bytes, file), { file, duplicateKeys: true, nonFinite: true });
}
