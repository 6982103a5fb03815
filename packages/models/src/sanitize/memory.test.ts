import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ModelFile, ModelSource, ReadOptions } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { openTensor } from './readers/open-tensor.js';
import { SymbolicTensor } from './symbolic-tensor.js';

setFlagsFromString('--expose-gc');
const sweep = runInNewContext('gc') as () => void;

/** Array buffers are freed beside the running code; a second collection waits for the first one's. */
function collectGarbage(): void {
  sweep();
  sweep();
}

/** Files without end; before every third read it notes how much memory is really held. */
class MeasuringSource implements ModelSource {
  readonly name = 'measured';
  peak = 0;
  private reads = 0;

  list(): Promise<readonly ModelFile[]> {
    return Promise.resolve([]);
  }

  read(_path: string, { length = 0 }: ReadOptions = {}): Promise<Uint8Array> {
    this.reads += 1;
    if (this.reads % 3 !== 0) return Promise.resolve(new Uint8Array(length));
    collectGarbage();
    this.peak = Math.max(this.peak, process.memoryUsage().arrayBuffers);
    return Promise.resolve(new Uint8Array(length));
  }
}

const [experts, rows, columns] = [12, 2048, 1024];
const expertBytes = rows * columns * 2;

function expert(index: number): SymbolicTensor {
  return SymbolicTensor.source({ name: `e${index}`, file: 'f', dtype: 'BF16', shape: [rows, columns], byteLength: expertBytes, byteOffset: index * expertBytes });
}

const whole = SymbolicTensor.source({ name: 'all', file: 'f', dtype: 'BF16', shape: [experts, rows, columns], byteLength: experts * expertBytes, byteOffset: 0 });

test.for<readonly [string, () => SymbolicTensor]>([
  ['experts stacked', () => SymbolicTensor.stack(Array.from({ length: experts }, (_, index) => expert(index)))],
  ['experts transposed and stacked', () => SymbolicTensor.stack(Array.from({ length: experts }, (_, index) => expert(index).transpose([1, 0])))],
  ['a stack transposed', () => whole.transpose([0, 2, 1])],
  ['every other row of a stack, scaled', () => whole.slice(1, 0, rows, 2).scale(2).cast('F16')],
  ['halves of rows exchanged', () => SymbolicTensor.concat([...whole.split(2, 2)].reverse(), 2)],
])('%s: beside the result there are but a few pieces in memory', { timeout: 30_000 }, async ([, derive]) => {
  const tensor = derive();
  const into = new Uint8Array(tensor.shape.reduce((bytes, size) => bytes * size, 2));
  const source = new MeasuringSource();
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  await openTensor(tensor, { source }).read(0, into);
  expect(source.peak - before).toBeLessThan(4 * expertBytes);
});
