import { CheckpointError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { decodeNaive, encodeNaive, evaluateNaive } from '../../tests/support/naive-tensors.js';
import type { NaiveDtype, NaiveTensor } from '../../tests/support/naive-tensors.js';
import { Random } from '../../tests/support/random.js';
import { bytesPerElement, product } from '../tensors/dtype.js';
import { locate } from './locate.js';
import { openTensor } from './readers/open-tensor.js';
import { SymbolicTensor } from './symbolic-tensor.js';

/** Tensors in one file, and what reads them. */
class Bench {
  readonly random: Random;
  readonly sources = new Map<string, NaiveTensor>();
  private bytes = new Uint8Array(0);

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** A tensor of small integers, so that arithmetic is exact. */
  tensor(dtype: NaiveDtype, shape: readonly number[]): SymbolicTensor {
    const name = `t${this.sources.size}`;
    const values = Array.from({ length: product(shape) }, () => this.random.below(17) - (dtype === 'F32' ? 8 : 0));
    const bytes = encodeNaive({ dtype, shape, values });
    const byteOffset = this.bytes.length;
    this.sources.set(name, { dtype, shape, values });
    this.bytes = Uint8Array.from([...this.bytes, ...bytes]);
    return SymbolicTensor.source({ name, dtype, shape, byteLength: bytes.length, file: 'f', byteOffset });
  }

  async read(tensor: SymbolicTensor, begin = 0, end: number = product(tensor.shape), shift = 0): Promise<Uint8Array> {
    const size = bytesPerElement(tensor.dtype);
    const into = new Uint8Array((end - begin) * size + shift).subarray(shift);
    await openTensor(tensor, { source: new MemorySource({ f: this.bytes }) }).read(begin * size, into);
    return into;
  }

  expected(tensor: SymbolicTensor): Uint8Array {
    return encodeNaive(evaluateNaive(tensor, this.sources));
  }

  get file(): Uint8Array {
    return this.bytes;
  }
}

function randomShape(random: Random): readonly number[] {
  return Array.from({ length: 1 + random.below(4) }, () => random.pick([1, 2, 3, 4, 6]));
}

/** Applies a random operation. */
function grow(bench: Bench, tensor: SymbolicTensor): SymbolicTensor {
  const { random } = bench;
  const { dtype, shape } = tensor;
  const axis = random.below(shape.length);
  const size = tensor.size(axis);
  switch (random.pick(['slice', 'split', 'concat', 'stack', 'reshape', 'transpose', 'moveAxis', 'bitcast', 'scale', 'clip', 'multiply'])) {
    case 'slice': {
      const start = random.below(size);
      return tensor.slice(axis, start, start + 1 + random.below(size - start), 1 + random.below(3));
    }
    case 'split': return random.pick(tensor.split(random.pick([1, 2, 3].filter((count) => size % count === 0)), axis));
    case 'concat': return SymbolicTensor.concat([tensor, bench.tensor(dtype as NaiveDtype, shape.with(axis, 1 + random.below(3))), tensor], axis);
    case 'stack': return shape.length < 4 ? SymbolicTensor.stack([tensor, bench.tensor(dtype as NaiveDtype, shape)]) : tensor;
    case 'reshape': return tensor.reshape(random.pick([[-1], [1, ...shape], [...shape, 1], [shape[0] as number, -1]]));
    case 'transpose': return tensor.transpose([...shape.keys()].sort(() => random.below(3) - 1));
    case 'moveAxis': return tensor.moveAxis(axis, random.below(shape.length));
    case 'bitcast': {
      const other = random.pick(['U8', 'U16', 'U32'] as const);
      return dtype !== 'F32' && (tensor.size(-1) * bytesPerElement(dtype)) % bytesPerElement(other) === 0 ? tensor.bitcast(other) : tensor;
    }
    case 'scale': return dtype === 'F32' ? tensor.scale(random.pick([2, -1, 0.5]), random.below(3)) : tensor;
    case 'clip': return dtype === 'F32' ? tensor.clip(-4, 6) : tensor;
    default: return dtype === 'F32' ? tensor.multiply(bench.tensor('F32', shape.slice(random.below(shape.length)).map((length) => random.pick([1, length])))) : tensor;
  }
}

test('random expressions give what a naive evaluator gives, whole and in parts, into memory of any alignment', async () => {
  for (let seed = 0; seed < 400; seed += 1) {
    const bench = new Bench(seed);
    let tensor = bench.tensor(bench.random.pick(['U8', 'U16', 'U32', 'F32']), randomShape(bench.random));
    for (let steps = bench.random.below(7); steps > 0 && product(tensor.shape) < 5000; steps -= 1) tensor = grow(bench, tensor);
    const expected = bench.expected(tensor);
    const message = `seed ${seed}`;
    expect(await bench.read(tensor), message).toEqual(expected);
    const count = product(tensor.shape);
    const begin = bench.random.below(count);
    const end = begin + 1 + bench.random.below(count - begin);
    const size = bytesPerElement(tensor.dtype);
    expect(await bench.read(tensor, begin, end, bench.random.below(4)), message).toEqual(expected.slice(begin * size, end * size));
    const place = locate(tensor);
    if (place !== undefined) expect(bench.file.slice(place.byteOffset, place.byteOffset + place.byteLength), message).toEqual(expected);
  }
});

const largeFile = ((): Uint8Array => {
  const words = new Uint16Array(6_000_000);
  for (let index = 0; index < words.length; index += 1) words[index] = index * 7;
  return new Uint8Array(words.buffer);
})();
const large = { file: 'f', name: 'large', byteOffset: 0, byteLength: 12_000_000 } as const;

/** Reads a tensor of a file of 12 MB whose 16-bit words count up, so what is worked on in several chunks. */
async function readLarge(derive: (tensor: SymbolicTensor) => SymbolicTensor, shape: readonly number[]): Promise<{ found: Uint16Array; read: number }> {
  const source = new MemorySource({ f: largeFile });
  const tensor = derive(SymbolicTensor.source({ ...large, dtype: 'U16', shape }));
  const bytes = new Uint8Array(product(tensor.shape) * 2);
  await openTensor(tensor, { source }).read(0, bytes);
  return { found: new Uint16Array(bytes.buffer), read: source.reads.reduce((sum, { length }) => sum + length, 0) };
}

const word = (index: number): number => (index * 7) % 65536;

test.for<readonly [string, readonly number[], (tensor: SymbolicTensor) => SymbolicTensor, (index: number) => number]>([
  ['a transposed matrix', [2000, 3000], (t) => t.transpose([1, 0]), (i) => (i % 2000) * 3000 + Math.floor(i / 2000)],
  ['every other column', [2000, 3000], (t) => t.slice(1, 1, 3000, 2), (i) => 2 * i + 1],
  ['every third row', [2000, 3000], (t) => t.slice(0, 1, 2000, 3), (i) => (1 + 3 * Math.floor(i / 3000)) * 3000 + (i % 3000)],
  ['a few columns', [2000, 3000], (t) => t.slice(1, 7, 10), (i) => Math.floor(i / 3) * 3000 + 7 + (i % 3)],
  ['long runs', [3, 2, 1_000_000], (t) => t.slice(1, 1, 2), (i) => (2 * Math.floor(i / 1e6) + 1) * 1e6 + (i % 1e6)],
  ['the halves of rows exchanged', [2000, 3000], (t) => SymbolicTensor.concat([...t.split(2, 1)].reverse(), 1),
    (i) => Math.floor(i / 3000) * 3000 + (((i % 3000) + 1500) % 3000)],
  ['experts transposed and stacked', [6, 1000, 1000], (t) => SymbolicTensor.stack(t.split(6, 0).map((one) => one.reshape([1000, 1000]).transpose([1, 0]))),
    (i) => Math.floor(i / 1e6) * 1e6 + (i % 1000) * 1000 + (Math.floor(i / 1000) % 1000)],
])('%s of a large tensor', async ([, shape, derive, indexOf]) => {
  const { found, read } = await readLarge(derive, shape);
  expect(found.findIndex((value, index) => value !== word(indexOf(index)))).toBe(-1);
  // Halves of a row are read with the other half, which comes cheaper than thousands of reads.
  expect(read).toBeLessThanOrEqual(large.byteLength * 2);
});

test('renames, reshapes, bitcasts and parts along the first axis lie in the file as they are', () => {
  const bench = new Bench(1);
  bench.tensor('U8', [5]);
  const tensor = bench.tensor('U16', [1, 6, 4]);
  expect(locate(tensor.slice(1, 2, 4).reshape([8]).bitcast('U32'))).toMatchObject({ file: 'f', byteOffset: 5 + 16, byteLength: 16, dtype: 'U32', shape: [4] });
  expect(locate(tensor.transpose([1, 0, 2]))).toMatchObject({ byteOffset: 5, shape: [6, 1, 4] });
  for (const computed of [tensor.slice(2, 0, 2), tensor.slice(1, 0, 4, 2), tensor.transpose([0, 2, 1]), SymbolicTensor.concat([tensor, tensor], 1)]) {
    expect(locate(computed)).toBeUndefined();
  }
});

test.for<readonly [string, (floats: SymbolicTensor, integers: SymbolicTensor) => SymbolicTensor]>([
  ['a part beyond the end', (t) => t.slice(0, 0, 5)],
  ['an empty part', (t) => t.slice(0, 1, 1)],
  ['unequal parts', (t) => t.split(3, 0)[0] as SymbolicTensor],
  ['an axis that is not there', (t) => t.slice(2, 0, 1)],
  ['another number of elements', (t) => t.reshape([5, -1])],
  ['a fraction of a dimension', (t) => t.reshape([-1, 5, 2])],
  ['an axis twice', (t) => t.transpose([0, 0])],
  ['half an element', (t, u) => u.slice(1, 0, 3).bitcast('U32')],
  ['other dtypes in a row', (t, u) => SymbolicTensor.concat([t, u], 0)],
  ['other shapes in a row', (t) => SymbolicTensor.concat([t, t.reshape([8, 3])], 0)],
  ['nothing in a row', () => SymbolicTensor.concat([], 0)],
  ['arithmetic of integers', (t, u) => u.scale(2)],
  ['a cast of integers', (t, u) => u.cast('F16')],
  ['a factor of another shape', (t) => t.multiply(t.reshape([6, 4]))],
])('%s: refused', ([, derive]) => {
  const bench = new Bench(1);
  expect(() => derive(bench.tensor('F32', [4, 6]), bench.tensor('U16', [4, 6]))).toThrow(CheckpointError);
});

test('what arithmetic makes is rounded to the element type', async () => {
  const bench = new Bench(1);
  const source = bench.tensor('F32', [3]);
  for (const [dtype, factor] of [['BF16', 1.00390625], ['F16', 1.00048828125]] as const) {
    const tensor = source.cast(dtype).scale(factor).cast('F32');
    const found = decodeNaive('F32', [3], await bench.read(tensor)).values;
    // The factor itself is rounded, to even: 1.
    expect(found).toEqual(bench.sources.get('t0')?.values);
  }
});
