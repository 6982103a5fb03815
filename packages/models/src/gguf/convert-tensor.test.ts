import { expect, test } from 'vitest';
import golden from '../../tests/support/gguf-golden.json' with { type: 'json' };
import { MemorySource } from '../../tests/support/memory-source.js';
import { convertTensor, overflowsFloat16, restoreRopeOrder } from './convert-tensor.js';
import { float16ToNumber, numberToFloat16 } from '../tensors/float16.js';
import { tensorTypeOf } from './gguf-types.js';
import type { GgufTensor } from './gguf-types.js';
import { planTensor, quantizationOf } from './tensor-plan.js';

interface Written {
  readonly dtypes: readonly string[];
  readonly bits: number | undefined;
  readonly parts: readonly Uint8Array[];
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

async function convert(typeId: number, blocks: Uint8Array): Promise<Written> {
  const type = tensorTypeOf(typeId);
  if (type === undefined) throw new Error(`no type ${typeId}`);
  const elements = (blocks.length / type.blockBytes) * type.blockElements;
  const source: GgufTensor = { name: 't', type, shape: [1, elements], offset: 3, byteLength: blocks.length };
  const input = { source: new MemorySource({ f: Uint8Array.of(0, 0, 0, ...blocks) }), file: 'f', signal: undefined, onRead: () => undefined };
  const plan = planTensor({ source, path: 'p', parameter: 'weight', headRows: 0 }, await overflowsFloat16(input, source));
  const parts: Uint8Array[] = [];
  for (const tensor of convertTensor(input, plan)) {
    const chunks: number[] = [];
    for await (const chunk of tensor.chunks()) chunks.push(...chunk);
    parts.push(Uint8Array.from(chunks));
  }
  expect(parts.map(({ length }) => length)).toEqual(plan.outputs.map(({ byteLength }) => byteLength));
  return { dtypes: plan.outputs.map(({ dtype }) => dtype), bits: quantizationOf(plan)?.bits, parts };
}

function floats(bytes: Uint8Array, dtype: string | undefined): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return dtype === 'F16'
    ? Array.from({ length: bytes.length / 2 }, (_, index) => float16ToNumber(view.getUint16(2 * index, true)))
    : Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(4 * index, true));
}

/** Element `index` of MLX's bit stream, read bit by bit. */
function quantAt(packed: Uint8Array, bits: number, index: number): number {
  let value = 0;
  for (let bit = 0; bit < bits; bit++) {
    const at = index * bits + bit;
    value |= (((packed[at >> 3] ?? 0) >> (at & 7)) & 1) << bit;
  }
  return value;
}

/** What a backend makes of what was written: `q * scale + bias` in float32. */
function weightsOf({ dtypes, bits, parts: [weight = new Uint8Array(0), scales, biases] }: Written, count: number): readonly number[] {
  if (bits === undefined || scales === undefined || biases === undefined) return floats(weight, dtypes[0]);
  const scale = floats(scales, dtypes[1]);
  const bias = floats(biases, dtypes[2]);
  return Array.from({ length: count }, (_, index) => {
    const group = index >> 5;
    return Math.fround(Math.fround(quantAt(weight, bits, index) * (scale[group] ?? NaN)) + (bias[group] ?? NaN));
  });
}

const groupsOf16 = ['Q2_K', 'Q3_K', 'Q6_K'];

// Blocks of random bytes, and what gguf.quants.dequantize (PyPI gguf 0.19.0) makes of them.
test.each(Object.entries(golden))('%s gives the weights of the reference', async (name, { type, blocks, weights }) => {
  const expected = floats(bytesOf(weights), 'F32').map((value) => (groupsOf16.includes(name) ? float16ToNumber(numberToFloat16(value)) : value));
  const written = await convert(type, bytesOf(blocks));
  expect(written.bits === undefined).toBe(groupsOf16.includes(name));
  const found = weightsOf(written, expected.length);
  // 0 and -0 are the same weight.
  expect(found.map((value) => value + 0)).toEqual(expected.map((value) => value + 0));
});

test.each([
  ['Q4_0', 2, 18, 'F16'], ['Q8_0', 8, 34, 'F16'], ['Q4_1', 3, 20, 'F16'], ['Q4_K', 12, 144, 'F32'],
])('%s keeps the precision of its scales', async (_, type, bytes, dtype) => {
  expect((await convert(type, new Uint8Array(bytes))).dtypes).toEqual(['U32', dtype, dtype]);
});

test('a bias that float16 cannot hold makes scales and biases float32', async () => {
  const block = new Uint8Array(34).fill(1);
  new DataView(block.buffer).setUint16(0, numberToFloat16(-600), true);
  const written = await convert(8, block);
  expect(written.dtypes).toEqual(['U32', 'F32', 'F32']);
  expect(weightsOf(written, 2)).toEqual([-600, -600]);
});

test('a weight that float16 cannot hold makes a dequantized tensor float32', async () => {
  const block = new Uint8Array(210).fill(127);
  new DataView(block.buffer).setUint16(208, numberToFloat16(1000), true);
  expect((await convert(14, block)).dtypes).toEqual(['F32']);
});

test('scales that are not finite are damage', async () => {
  const block = new Uint8Array(34);
  new DataView(block.buffer).setUint16(0, 0x7e00, true);
  await expect(convert(8, block)).rejects.toMatchObject({ code: 'gguf.invalid-tensor' });
});

test('rope order comes back: neighbours in GGUF are half a head apart in the checkpoint', () => {
  expect([...restoreRopeOrder(Uint8Array.of(0, 10, 1, 11, 2, 12, 20, 30, 21, 31, 22, 32), 1, 6)]).toEqual([0, 1, 2, 10, 11, 12, 20, 21, 22, 30, 31, 32]);
});
