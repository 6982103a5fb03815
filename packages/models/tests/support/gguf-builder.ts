import { concat } from './tensors.js';

/** A metadata entry: key, type number, value. For arrays (9) the value is `{ type, items }`. */
export type GgufEntry = readonly [key: string, type: number, value: GgufEntryValue];
export type GgufEntryValue = string | number | bigint | { readonly type: number; readonly items: readonly GgufEntryValue[] };

/** A tensor of a GGUF to be built, with dimensions in the file's order (fastest first). */
export interface GgufTestTensor {
  readonly name: string;
  readonly dimensions: readonly (number | bigint)[];
  readonly type: number;
  readonly bytes: Uint8Array;
  /** Default: after the tensors before, aligned. */
  readonly offset?: number | bigint;
}

/** What a GGUF is built of, each part open to being wrong. */
export interface GgufParts {
  readonly magic?: string;
  readonly version?: number;
  readonly tensorCount?: number | bigint;
  readonly metadataCount?: number | bigint;
  readonly metadata?: readonly GgufEntry[];
  readonly tensors?: readonly GgufTestTensor[];
  readonly alignment?: number;
}

export const u32 = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);
export const u64 = (value: number | bigint): Uint8Array => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
export const f32 = (value: number): Uint8Array => new Uint8Array(new Float32Array([value]).buffer);
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
export const text = (value: string): Uint8Array => concat([u64(utf8(value).length), utf8(value)]);

/** Bytes of a metadata value. */
export function valueBytes(type: number, value: GgufEntryValue): Uint8Array {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'object') {
    return concat([u32(value.type), u64(value.items.length), ...value.items.map((item) => valueBytes(value.type, item))]);
  }
  const number = Number(value);
  const writers: Readonly<Record<number, () => Uint8Array>> = {
    0: () => Uint8Array.of(number), 1: () => Uint8Array.of(number & 255), 7: () => Uint8Array.of(number),
    2: () => new Uint8Array(new Uint16Array([number]).buffer), 3: () => new Uint8Array(new Int16Array([number]).buffer),
    4: () => u32(number), 5: () => new Uint8Array(new Int32Array([number]).buffer), 6: () => f32(number),
    10: () => u64(value), 11: () => new Uint8Array(new BigInt64Array([BigInt(value)]).buffer),
    12: () => new Uint8Array(new Float64Array([number]).buffer),
  };
  return writers[type]?.() ?? new Uint8Array(0);
}

/** Bytes of a GGUF file. */
export function buildGguf(parts: GgufParts): Uint8Array {
  const { magic = 'GGUF', version = 3, metadata = [], tensors = [], alignment = 32 } = parts;
  const align = (value: number): number => Math.ceil(value / alignment) * alignment;
  let end = 0;
  const placed = tensors.map((tensor) => {
    const offset = tensor.offset ?? align(end);
    end = Number(offset) + tensor.bytes.length;
    return { ...tensor, offset };
  });
  const header = concat([
    utf8(magic), u32(version), u64(parts.tensorCount ?? tensors.length), u64(parts.metadataCount ?? metadata.length),
    ...metadata.map(([key, type, value]) => concat([text(key), u32(type), valueBytes(type, value)])),
    ...placed.map(({ name, dimensions, type, offset }) =>
      concat([text(name), u32(dimensions.length), ...dimensions.map(u64), u32(type), u64(offset)])),
  ]);
  if (tensors.length === 0) return header;
  const file = new Uint8Array(align(header.length) + Math.max(0, ...placed.map(({ offset, bytes }) => Math.min(Number(offset), 1e6) + bytes.length)));
  file.set(header);
  for (const { offset, bytes } of placed) if (Number(offset) < 1e6) file.set(bytes, align(header.length) + Number(offset));
  return file;
}
