import { CheckpointError, throwIfAborted } from '@mlxengine/core';
import type { ModelSource } from '@mlxengine/core';
import type { TensorToWrite } from '../safetensors/safetensors-chunks.js';
import { affineFormatOf, affineGroupSize } from './affine-blocks.js';
import type { AffineFormat } from './affine-blocks.js';
import { denseFormatOf } from './dense-blocks.js';
import type { DenseFormat } from './dense-blocks.js';
import { float16ToNumber, maxFloat16, numberToFloat16 } from '../tensors/float16.js';
import type { GgufTensor } from './gguf-types.js';
import { packBits } from './pack-bits.js';
import type { TensorPlan } from './tensor-plan.js';

/** About how much of the file is read and converted at once; short enough not to hold up the event loop. */
const chunkBytes = 128 * 1024;

/** Where tensors come from and who is told about it. */
export interface ConversionInput {
  readonly source: ModelSource;
  readonly file: string;
  readonly signal: AbortSignal | undefined;
  /** Called with the number of bytes read. */
  readonly onRead: (bytes: number) => void;
}

/** Whole rows, or whole heads where rows are reordered, of one tensor. */
async function* readRows(input: ConversionInput, tensor: GgufTensor, unitBytes: number): AsyncGenerator<Uint8Array> {
  const step = Math.max(1, Math.floor(chunkBytes / unitBytes)) * unitBytes;
  for (let done = 0; done < tensor.byteLength; done += step) {
    throwIfAborted(input.signal, 'GGUF import');
    const length = Math.min(step, tensor.byteLength - done);
    const offset = tensor.offset + done;
    yield await input.source.read(input.file, input.signal === undefined ? { offset, length } : { offset, length, signal: input.signal });
    input.onRead(length);
  }
}

/** Bytes of one step over the slowest dimension. */
function rowBytesOf({ shape, byteLength }: GgufTensor): number {
  return byteLength / (shape[0] ?? 1);
}

/**
 * Undoes what GGUF does to the rows of q and k so that its rope can rotate neighbours: row 2i + h of a head goes back to
 * row h · D/2 + i. See `permute` in llama.cpp's `convert_hf_to_gguf.py`.
 */
export function restoreRopeOrder(rows: Uint8Array, rowBytes: number, headRows: number): Uint8Array {
  const restored = new Uint8Array(rows.length);
  const half = headRows / 2;
  for (let to = 0; to * rowBytes < rows.length; to++) {
    const inHead = to % headRows;
    const from = to - inHead + 2 * (inHead % half) + (inHead < half ? 0 : 1);
    restored.set(rows.subarray(from * rowBytes, (from + 1) * rowBytes), to * rowBytes);
  }
  return restored;
}

/** Whether something of a tensor that is written as float16 would overflow there. Reads the tensor where it cannot be known. */
export async function overflowsFloat16(input: ConversionInput, tensor: GgufTensor): Promise<boolean> {
  const factors = factorsOf(affineFormatOf(tensor.type.name), denseFormatOf(tensor.type.name));
  if (factors.length === 0) return false;
  const { blockBytes } = tensor.type;
  for await (const bytes of readRows(input, tensor, rowBytesOf(tensor))) {
    for (let block = 0; block < bytes.length; block += blockBytes) {
      let bound = 0;
      for (const { at, times } of factors) {
        const factor = float16ToNumber((bytes[block + at] ?? 0) | ((bytes[block + at + 1] ?? 0) << 8));
        bound += Math.abs(factor) * times;
      }
      if (bound > maxFloat16 && bound !== Infinity) return true;
    }
  }
  return false;
}

function factorsOf(affine: AffineFormat | undefined, dense: DenseFormat | undefined): DenseFormat['factors'] {
  if (dense !== undefined) return dense.factors;
  return affine === undefined || affine.centre === 0 ? [] : [{ at: 0, times: affine.centre }];
}

/**
 * What a plan writes. The tensors have to be written in this order, each to its end: scales and biases come out of the pass
 * over the packed weights, and are all of a tensor that is held in memory.
 */
export function convertTensor(input: ConversionInput, plan: TensorPlan): readonly TensorToWrite[] {
  const { conversion, outputs, source } = plan;
  const rowBytes = rowBytesOf(source);
  const rows = (): AsyncIterable<Uint8Array> => {
    const chunks = readRows(input, source, rowBytes * Math.max(1, plan.headRows));
    return plan.headRows === 0 ? chunks : restored(chunks, rowBytes, plan.headRows);
  };
  const scales: Uint8Array[] = [];
  const biases: Uint8Array[] = [];
  const bytes: (() => AsyncIterable<Uint8Array> | Iterable<Uint8Array>)[] = [rows];
  if (conversion.type === 'dense') bytes[0] = () => toDense(rows(), source, conversion.format, conversion.dtype);
  if (conversion.type === 'affine') {
    bytes[0] = () => toAffine(rows(), input, source, conversion.format, conversion.scaleDtype, { scales, biases });
    bytes.push(() => drain(scales), () => drain(biases));
  }
  return outputs.map(({ name, dtype, shape }, index) => ({ name, dtype, shape, chunks: bytes[index] ?? rows }));
}

function* drain(chunks: Uint8Array[]): Generator<Uint8Array> {
  yield* chunks;
  chunks.length = 0;
}

async function* restored(chunks: AsyncIterable<Uint8Array>, rowBytes: number, headRows: number): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield restoreRopeOrder(chunk, rowBytes, headRows);
}

async function* toDense(
  chunks: AsyncIterable<Uint8Array>, { type }: GgufTensor, format: DenseFormat, dtype: 'float16' | 'float32',
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const blocks = chunk.length / type.blockBytes;
    const values = new Float32Array(blocks * type.blockElements);
    for (let block = 0; block < blocks; block++) {
      format.dequantize(chunk, block * type.blockBytes, values, block * type.blockElements);
    }
    yield encodeFloats(values, dtype);
  }
}

async function* toAffine(
  chunks: AsyncIterable<Uint8Array>, { file }: ConversionInput, { name, type }: GgufTensor, format: AffineFormat,
  scaleDtype: 'float16' | 'float32', kept: { readonly scales: Uint8Array[]; readonly biases: Uint8Array[] },
): AsyncGenerator<Uint8Array> {
  const groupsPerBlock = type.blockElements / affineGroupSize;
  for await (const chunk of chunks) {
    const blocks = chunk.length / type.blockBytes;
    const output = {
      quants: new Uint8Array(blocks * type.blockElements),
      scales: new Float32Array(blocks * groupsPerBlock),
      biases: new Float32Array(blocks * groupsPerBlock),
    };
    for (let block = 0; block < blocks; block++) {
      format.unpack(chunk, block * type.blockBytes, output, block * groupsPerBlock);
    }
    if (!output.scales.every(Number.isFinite) || !output.biases.every(Number.isFinite)) {
      throw new CheckpointError('gguf.invalid-tensor', { file, tensor: name, expected: 'finite scales', found: 'infinity or NaN' });
    }
    kept.scales.push(encodeFloats(output.scales, scaleDtype));
    kept.biases.push(encodeFloats(output.biases, scaleDtype));
    yield packBits(output.quants, format.bits);
  }
}

/** Little-endian bytes of float32 numbers. */
function encodeFloats(values: Float32Array, dtype: 'float16' | 'float32'): Uint8Array {
  const bytes = new Uint8Array(values.length * (dtype === 'float16' ? 2 : 4));
  const view = new DataView(bytes.buffer);
  if (dtype === 'float16') {
    for (let index = 0; index < values.length; index++) view.setUint16(2 * index, numberToFloat16(values[index] ?? 0), true);
  } else {
    for (let index = 0; index < values.length; index++) view.setFloat32(4 * index, values[index] ?? 0, true);
  }
  return bytes;
}
