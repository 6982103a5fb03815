// Requests side by side that begin and end at any time, on models that come and go, on a build of this package:
// `node sanitize-stress.mjs <its index.js>`.
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { createTinyModel } from '@mlxengine/testing';

const { createMLXBackend } = await import(pathToFileURL(process.argv[2]).href);
const { graph, weights } = createTinyModel();

// The same numbers on every run.
let state = 1;
const random = (below) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return Math.floor((state / 0x80000000) * below);
};

/** The tiny model's tensors in a file. */
async function inFile() {
  const folder = mkdtempSync(join(tmpdir(), 'mlxengine-stress-'));
  const file = join(folder, 'weights.bin');
  const offsets = new Map();
  const parts = [];
  let end = 0;
  for (const name of weights.tensors.keys()) {
    const bytes = await weights.read(name);
    offsets.set(name, end);
    parts.push(bytes);
    end += bytes.length;
  }
  writeFileSync(file, Buffer.concat(parts));
  const source = { tensors: weights.tensors, quantization: () => undefined, location: (name) => ({ file, byteOffset: offsets.get(name) }) };
  return { source, file, remove: () => rmSync(folder, { recursive: true }) };
}

async function generate(model) {
  const prompt = Array.from({ length: 1 + random(40) }, () => random(graph.vocabularySize));
  const sampling = { temperature: random(2), topP: 0.9, minP: 0, topK: random(3) * 10, seed: random(1000) };
  const controller = new AbortController();
  const most = random(3) === 0 ? random(6) : Infinity;
  let batches = 0;
  try {
    for await (const batch of model.generate({ prompt, maxTokens: 1 + random(24), stopTokens: [3], sampling }, { signal: controller.signal })) {
      if (++batches > most) random(2) === 0 ? controller.abort() : undefined;
      if (batches > most + 2 || batch.type === 'finish') break;
    }
    return 'ended';
  } catch (error) {
    if (['AbortedError', 'UnloadedError'].includes(error?.name)) return 'aborted';
    throw error;
  }
}

const backend = await createMLXBackend({ device: 'cpu' });
const counts = { ended: 0, aborted: 0 };
for (let round = 0; round < 6; round += 1) {
  const { source, file, remove } = await inFile();
  const model = await backend.loadModel(graph, round % 2 === 0 ? source : weights);
  const callers = Array.from({ length: 8 }, async () => {
    for (let request = 0; request < 8; request += 1) counts[await generate(model)] += 1;
  });
  const scores = model.scoreBatch({ sequences: [[1, 2, 3], [4, 5]], logits: true });
  const unlessUnloaded = (error) => (error?.name === 'UnloadedError' ? undefined : Promise.reject(error));
  const all = Promise.all([...callers, scores].map((promise) => promise.catch(unlessUnloaded)));
  // Every third model goes while it is at work.
  if (round % 3 === 2) await Promise.all([model.unload(), all]);
  await all;
  await model.unload();
  truncateSync(file, 1000);
  await backend.loadModel(graph, source).then(() => Promise.reject(new Error('a file that was cut off was loaded')), () => undefined);
  remove();
}
await backend[Symbol.asyncDispose]();
const { activeBytes } = backend.memory();
console.log(`stress: ${counts.ended} requests ended, ${counts.aborted} were aborted, ${activeBytes} bytes are left`);
process.exitCode = activeBytes === 0 ? 0 : 1;
