import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { numberToFloat16 } from '../../src/tensors/float16.js';
import { importGguf } from '../../src/index.js';
import type { GgufTestTensor } from '../support/gguf-builder.js';
import { FolderSource } from '../support/folder-source.js';
import { Random } from '../support/random.js';
import { tinyGguf, tinyTensors } from '../support/tiny-gguf.js';

const python = process.env['MLXENGINE_PARITY_PYTHON'];
const run = promisify(execFile);
const script = join(import.meta.dirname, 'gguf_reference.py');

/** The types that MLX's own GGUF reader keeps as they are, with the places of a block's float16 factors. */
const types = [
  { name: 'F32', id: 0, elements: 1, bytes: 4, factors: [] },
  { name: 'Q4_0', id: 2, elements: 32, bytes: 18, factors: [0] },
  { name: 'Q4_1', id: 3, elements: 32, bytes: 20, factors: [0, 2] },
  { name: 'Q8_0', id: 8, elements: 32, bytes: 34, factors: [0] },
] as const;

/** The same tensor in another type, filled with random blocks. */
function randomTensor(random: Random, { name, dimensions }: GgufTestTensor, { id, elements, bytes, factors }: (typeof types)[number]): GgufTestTensor {
  const count = dimensions.reduce<number>((product, dimension) => product * Number(dimension), 1);
  const blocks = random.bytes((count / elements) * bytes);
  const view = new DataView(blocks.buffer);
  for (let at = 0; at < blocks.length; at += bytes) {
    if (id === 0) view.setFloat32(at, (random.below(2000) - 1000) / 997, true);
    for (const factor of factors) view.setUint16(at + factor, numberToFloat16((random.below(2000) - 1000) / 33_333), true);
  }
  return { name, dimensions, type: id, bytes: blocks };
}

describe.skipIf(python === undefined)('as MLX reads GGUF (skipped without MLXENGINE_PARITY_PYTHON, a Python that has mlx-lm)', () => {
  let folder = '';
  beforeAll(async () => { folder = await mkdtemp(join(tmpdir(), 'mlxengine-gguf-')); });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(types.map((type) => [type.name, type] as const))('%s: the same weights, bit for bit', { timeout: 120_000 }, async (name, type) => {
    const random = new Random(type.id + 1);
    const tensors = tinyTensors().map((tensor) => randomTensor(random, tensor, tensor.dimensions.length === 1 ? types[0] : type));
    const file = `${name}.gguf`;
    await writeFile(join(folder, file), tinyGguf({ tensors }));
    const target = await mkdtemp(join(folder, `${name}-`));
    await importGguf(new FolderSource(folder), file, {
      write: async (path, chunks) => { await writeFile(join(target, path), chunks); },
    });
    const { stdout } = await run(python ?? '', [script, join(folder, file), target]);
    expect(JSON.parse(stdout)).toEqual({ compared: tensors.length, different: [] });
  });
});
