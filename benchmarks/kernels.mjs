// Speed of the fallback's linear kernels, without a model: `node benchmarks/kernels.mjs [plain|relaxed]`.
// Each shape runs over enough different matrices to leave the nearest caches; the best of many repetitions counts,
// because other work on the machine only ever adds time.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';

const variant = process.argv[2] ?? 'plain';
const binary = resolve(import.meta.dirname, '../packages/fallback/build', `kernels-${variant}.wasm`);
const repetitions = 12;
const weightBytes = 48e6;
const [input, prepared, sums, output, scratch, weights] = [8192, 655_360, 1_310_720, 1_966_080, 18_874_368, 20_971_520];

const memory = new WebAssembly.Memory({ initial: 1600 });
const { instance } = await WebAssembly.instantiate(readFileSync(binary), { env: { memory } });
const kernels = instance.exports;
kernels.initialize();
fill();

const shapes = [
  { bits: 4, groupSize: 32, columns: 576, outputs: 1536 },
  { bits: 4, groupSize: 64, columns: 2048, outputs: 2048 },
  { bits: 8, groupSize: 32, columns: 576, outputs: 49_152 },
  ...[2, 3, 5, 6].map((bits) => ({ bits, groupSize: 64, columns: 2048, outputs: 2048 })),
];
console.log(`kernels: ${variant}; billions of weights a second, times rows`);
console.log('bits group columns outputs | 1 row  4 rows  8 rows  64 rows');
for (const shape of shapes) {
  const speeds = [1, 4, 8, 64].map((rows) => (rows * shape.outputs > 4_000_000 ? '' : measure(shape, rows).toFixed(1)).padStart(7));
  const cells = [String(shape.bits).padStart(4), String(shape.groupSize).padStart(5), String(shape.columns).padStart(7), String(shape.outputs).padStart(7)];
  console.log(`${cells.join(' ')} |${speeds.join(' ')}`);
}

/** Scales and biases in float16 of sensible size, everything else random. */
function fill() {
  const words = new Uint32Array(memory.buffer);
  for (let i = weights / 4; i < words.length; i++) words[i] = Math.imul(i, 2_654_435_761) & 0xafffafff & ~0x50005000 | 0x20002000;
  const floats = new Float32Array(memory.buffer);
  for (let i = 0; i < 131_072; i++) floats[input / 4 + i] = Math.sin(i);
}

function measure({ bits, groupSize, columns, outputs }, rows) {
  const packedBytes = (outputs * columns * bits) / 8;
  const scaleBytes = (outputs * columns * 2) / groupSize;
  const matrixBytes = packedBytes + 2 * scaleBytes;
  const matrices = Math.max(1, Math.floor(weightBytes / matrixBytes));
  const kernel = kernels[`affine${bits}`];
  const run = (index) => {
    const address = weights + (index % matrices) * matrixBytes;
    kernels.prepareInput(bits, input, rows, columns, groupSize, prepared, sums);
    kernel(prepared, sums, rows, columns, groupSize, address, address + packedBytes, address + packedBytes + scaleBytes, 1,
      output, outputs, 0, outputs, scratch);
  };
  const work = rows * columns * outputs;
  const count = Math.max(2, Math.round(1e8 / work));
  let best = Infinity;
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const begin = performance.now();
    for (let index = 0; index < count; index++) run(repetition * count + index);
    best = Math.min(best, (performance.now() - begin) / count);
  }
  return work / best / 1e6;
}
