import { product } from '../../tensors/dtype.js';
import { ComputedReader } from './computed-reader.js';
import type { TensorReader } from './tensor-reader.js';
import type { TransposeLayout } from './transpose-layout.js';

/** Lines and positions in them that are copied together, so that reads across lines meet the cache. */
const tile = 64;

/** Axes in another order. One block is in memory at a time: of a stack of experts a single expert. */
export function transposeReader(input: TensorReader, layout: TransposeLayout, elementBytes: number): TensorReader {
  const itemBytes = layout.together * elementBytes;
  const items = product(layout.shape);
  let bytes: Uint8Array | undefined;
  let held = -1;
  return new ComputedReader({
    unitBytes: itemBytes,
    elementBytes: itemBytes === 2 || itemBytes === 4 ? itemBytes : elementBytes,
    async compute(first, count, into) {
      for (let done = 0; done < count;) {
        const block = Math.floor((first + done) / items);
        bytes ??= new Uint8Array(items * itemBytes);
        if (held !== block) await input.read(block * bytes.length, bytes);
        held = block;
        const begin = (first + done) % items;
        const length = Math.min(items - begin, count - done);
        permute(bytes, into.subarray(done * itemBytes, (done + length) * itemBytes), { layout, itemBytes, begin, count: length });
        done += length;
      }
    },
  });
}

interface PermuteRange {
  readonly layout: TransposeLayout;
  readonly itemBytes: number;
  /** First item of the block's result. */
  readonly begin: number;
  readonly count: number;
}

/** Copies items of the permuted block, line by line of its last axis. */
function permute(block: Uint8Array, into: Uint8Array, { layout: { shape, permutation }, itemBytes, begin, count }: PermuteRange): void {
  const inputStrides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  const axes = permutation.map((axis) => ({ size: shape[axis] as number, stride: inputStrides[axis] as number }));
  const line = axes.at(-1) as { size: number; stride: number };
  const copy = copier(block, into, itemBytes);
  const end = begin + count;
  for (let row = Math.floor(begin / line.size); row * line.size < end; row += tile) {
    const bases = Array.from({ length: tile }, (_, index) => lineBase(axes, row + index));
    for (let position = 0; position < line.size; position += tile) {
      for (const [index, base] of bases.entries()) {
        const lineBegin = (row + index) * line.size;
        const from = Math.max(lineBegin + position, begin);
        const to = Math.min(lineBegin + Math.min(position + tile, line.size), end);
        if (from < to) copy(base + (from - lineBegin) * line.stride, line.stride, from - begin, to - from);
      }
    }
  }
}

/** Where a line of the result begins in the input. */
function lineBase(axes: readonly { readonly size: number; readonly stride: number }[], line: number): number {
  let base = 0;
  let rest = line;
  for (const { size, stride } of axes.slice(0, -1).reverse()) {
    base += (rest % size) * stride;
    rest = Math.floor(rest / size);
  }
  return base;
}

type Copy = (from: number, stride: number, to: number, count: number) => void;

function copier(block: Uint8Array, into: Uint8Array, itemBytes: number): Copy {
  if (itemBytes === 1) return numbers(block, into);
  if (itemBytes === 2) return numbers(view(Uint16Array, block), view(Uint16Array, into));
  if (itemBytes === 4) return numbers(view(Uint32Array, block), view(Uint32Array, into));
  return (from, stride, to, count) => {
    for (let index = 0; index < count; index += 1) {
      const at = (from + index * stride) * itemBytes;
      into.set(block.subarray(at, at + itemBytes), (to + index) * itemBytes);
    }
  };
}

function view<View>(type: new (buffer: ArrayBufferLike, offset: number, length: number) => View, { buffer, byteOffset, length }: Uint8Array): View {
  return new type(buffer, byteOffset, length / (type as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT);
}

function numbers(source: Uint8Array | Uint16Array | Uint32Array, target: Uint8Array | Uint16Array | Uint32Array): Copy {
  return (from, stride, to, count) => {
    for (let index = 0; index < count; index += 1) target[to + index] = source[from + index * stride] as number;
  };
}
