/** How one GGML tensor type lays out its elements. */
export interface GgufTensorType {
  readonly name: GgufTypeName;
  /** Elements of a block. */
  readonly blockElements: number;
  /** Bytes of a block. */
  readonly blockBytes: number;
}

/** Tensor types that can be imported. */
export type GgufTypeName =
  | 'F32' | 'F16' | 'BF16'
  | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q8_0'
  | 'Q2_K' | 'Q3_K' | 'Q4_K' | 'Q5_K' | 'Q6_K';

/** A metadata value. 64-bit integers beyond the safe range are bigints. */
export type GgufValue = number | bigint | boolean | string | readonly GgufValue[];

/** Header of one tensor, checked: its bytes lie inside the file and overlap with no other's. */
export interface GgufTensor {
  readonly name: string;
  readonly type: GgufTensorType;
  /** Row-major: slowest dimension first, the reverse of the file's order. */
  readonly shape: readonly number[];
  /** Absolute position in the file. */
  readonly offset: number;
  readonly byteLength: number;
}

/** All that a GGUF file says before its tensors' data. */
export interface GgufHeader {
  /** File's path in its source, for messages. */
  readonly file: string;
  readonly version: 2 | 3;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  readonly tensors: ReadonlyMap<string, GgufTensor>;
}

const types: ReadonlyMap<number, GgufTensorType> = new Map([
  [0, { name: 'F32', blockElements: 1, blockBytes: 4 }],
  [1, { name: 'F16', blockElements: 1, blockBytes: 2 }],
  [2, { name: 'Q4_0', blockElements: 32, blockBytes: 18 }],
  [3, { name: 'Q4_1', blockElements: 32, blockBytes: 20 }],
  [6, { name: 'Q5_0', blockElements: 32, blockBytes: 22 }],
  [7, { name: 'Q5_1', blockElements: 32, blockBytes: 24 }],
  [8, { name: 'Q8_0', blockElements: 32, blockBytes: 34 }],
  [10, { name: 'Q2_K', blockElements: 256, blockBytes: 84 }],
  [11, { name: 'Q3_K', blockElements: 256, blockBytes: 110 }],
  [12, { name: 'Q4_K', blockElements: 256, blockBytes: 144 }],
  [13, { name: 'Q5_K', blockElements: 256, blockBytes: 176 }],
  [14, { name: 'Q6_K', blockElements: 256, blockBytes: 210 }],
  [30, { name: 'BF16', blockElements: 1, blockBytes: 2 }],
]);

/** Names of types that are not imported, so that a message can say more than a number. */
const otherTypes: Readonly<Record<number, string>> = {
  9: 'Q8_1', 15: 'Q8_K', 16: 'IQ2_XXS', 17: 'IQ2_XS', 18: 'IQ3_XXS', 19: 'IQ1_S', 20: 'IQ4_NL', 21: 'IQ3_S', 22: 'IQ2_S',
  23: 'IQ4_XS', 24: 'I8', 25: 'I16', 26: 'I32', 27: 'I64', 28: 'F64', 29: 'IQ1_M', 34: 'TQ1_0', 35: 'TQ2_0', 39: 'MXFP4',
};

/** Layout of a type by its number in the file; `undefined` where it cannot be imported. */
export function tensorTypeOf(id: number): GgufTensorType | undefined {
  return types.get(id);
}

/** A type's number and, where known, its name. */
export function describeType(id: number): string {
  const name = otherTypes[id];
  return name === undefined ? String(id) : `${name} (${id})`;
}

/** Names of all types that can be imported, for messages. */
export function supportedTypes(): string {
  return [...types.values()].map((type) => type.name).join(', ');
}
