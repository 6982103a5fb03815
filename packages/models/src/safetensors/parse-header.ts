import { CheckpointError, UnsupportedFeatureError } from '@mlxengine/core';
import type { TensorDtype, TensorInformation } from '@mlxengine/core';
import { parseJson } from '../json/parse-json.js';
import { describeJson } from '../json/describe-json.js';
import { decodeUtf8 } from '../json/read-json.js';
import type { JsonObject, JsonValue } from '../json/parse-json.js';
import { formatShape, isTensorDtype, tensorByteLength } from '../tensors/dtype.js';

/** A tensor of a safetensors file. */
export interface SafetensorsEntry extends TensorInformation {
  /** First byte, counted from the beginning of the file. */
  readonly byteOffset: number;
}

/** What a header is checked against. */
export interface HeaderContext {
  /** Name of the file in messages. */
  readonly file: string;
  /** Bytes of the whole file. */
  readonly fileSize: number;
}

/** Element types of the format that MLX checkpoints of this version do not use. */
const knownButUnsupported = new Set(['C64', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ', 'F6_E2M3', 'F6_E3M2', 'F4']);

/**
 * Checks the JSON header of a safetensors file against everything that the format promises: the file is untrusted, and
 * nothing is read later that was not checked here. Tensors come back in the order of their bytes.
 * @param json - the header's bytes, which lie at byte 8 of the file
 * @throws `CheckpointError` that names the tensor, `UnsupportedFeatureError` for element types that are not supported
 */
export function parseSafetensorsHeader(json: Uint8Array, context: HeaderContext): readonly SafetensorsEntry[] {
  const { file } = context;
  const header = parseJson(decodeUtf8(json, file), { file, duplicateKeys: false, nonFinite: false });
  if (!(header instanceof Map)) {
    throw new CheckpointError('checkpoint.json-syntax', { file, position: 0, expected: '"{"', found: describeJson(header) });
  }
  const dataStart = 8 + json.length;
  const entries: SafetensorsEntry[] = [];
  for (const [name, value] of header as JsonObject) {
    if (name === '__metadata__') checkMetadata(value, file);
    else entries.push(parseEntry(name, value, { file, dataStart }));
  }
  entries.sort((a, b) => a.byteOffset - b.byteOffset || a.byteLength - b.byteLength);
  checkRanges(entries, dataStart, context);
  return entries;
}

/** MLX writes `null` where it was given none. */
function checkMetadata(metadata: JsonValue, file: string): void {
  if (metadata === null) return;
  if (!(metadata instanceof Map)) {
    throw new CheckpointError('checkpoint.header-metadata', { file, key: '__metadata__', found: describeJson(metadata) });
  }
  for (const [key, value] of metadata as JsonObject) {
    if (typeof value === 'string') continue;
    throw new CheckpointError('checkpoint.header-metadata', { file, key: JSON.stringify(key), found: describeJson(value) });
  }
}

function parseEntry(name: string, value: JsonValue, { file, dataStart }: { file: string; dataStart: number }): SafetensorsEntry {
  const entry = new EntryReader(name, value, file);
  const dtype = entry.dtype();
  const shape = entry.integers('shape');
  const [begin, end, ...rest] = entry.integers('data_offsets');
  if (begin === undefined || end === undefined || rest.length > 0 || begin > end) throw entry.invalid('data_offsets', '[begin, end]');
  const byteLength = tensorByteLength(dtype, shape);
  if (byteLength === undefined) throw entry.invalid('shape', '<= 2^53 - 1 bytes');
  if (byteLength !== end - begin) {
    const tensor = JSON.stringify(name);
    throw new CheckpointError('checkpoint.tensor-size', {
      file, tensor, dtype, shape: formatShape(shape), found: end - begin, expected: byteLength,
    });
  }
  return { name, dtype, shape, byteLength, byteOffset: dataStart + begin };
}

/** Fields of one tensor's entry; what is not as the format says is an error that names tensor and field. */
class EntryReader {
  private readonly name: string;
  private readonly fields: JsonObject;
  private readonly file: string;

  constructor(name: string, value: JsonValue, file: string) {
    this.name = name;
    this.file = file;
    this.fields = value instanceof Map ? (value as JsonObject) : new Map();
    if (!(value instanceof Map)) throw this.error('entry', describeJson(value), '{dtype, shape, data_offsets}');
  }

  dtype(): TensorDtype {
    const dtype = this.fields.get('dtype');
    if (typeof dtype !== 'string') throw this.invalid('dtype', 'F32, F16, BF16, U32, …');
    if (isTensorDtype(dtype)) return dtype;
    if (!knownButUnsupported.has(dtype)) throw this.invalid('dtype', 'F32, F16, BF16, U32, …');
    throw new UnsupportedFeatureError('feature.unsupported', {
      component: 'The safetensors reader', feature: `the element type ${dtype} (tensor ${JSON.stringify(this.name)} in ${this.file})`,
      remedy: 'Choose a checkpoint converted to MLX\'s format.',
    });
  }

  integers(field: string): readonly number[] {
    const value = this.fields.get(field);
    if (!Array.isArray(value)) throw this.invalid(field, 'integers >= 0');
    for (const item of value as readonly JsonValue[]) {
      if (typeof item !== 'number' || !Number.isSafeInteger(item) || item < 0 || Object.is(item, -0)) throw this.invalid(field, 'integers >= 0');
    }
    return value as readonly number[];
  }

  invalid(field: string, expected: string): CheckpointError {
    return this.error(field, describeJson(this.fields.get(field)), expected);
  }

  private error(field: string, found: string, expected: string): CheckpointError {
    return new CheckpointError('checkpoint.header-entry', { file: this.file, field, tensor: JSON.stringify(this.name), found, expected });
  }
}

/** Sorted tensors must follow one another without gap or overlap and end exactly with the file. */
function checkRanges(entries: readonly SafetensorsEntry[], dataStart: number, { file, fileSize }: HeaderContext): void {
  let end = dataStart;
  for (const { name, byteOffset, byteLength } of entries) {
    if (byteOffset !== end) {
      const [found, expected] = [byteOffset - dataStart, end - dataStart];
      throw new CheckpointError('checkpoint.tensor-range', { file, tensor: JSON.stringify(name), found, expected });
    }
    end += byteLength;
    if (end > fileSize) {
      throw new CheckpointError('checkpoint.tensor-truncated', { file, tensor: JSON.stringify(name), found: fileSize, expected: end });
    }
  }
  if (end !== fileSize) throw new CheckpointError('checkpoint.trailing-data', { file, found: fileSize, expected: end });
}
