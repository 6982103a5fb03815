#!/usr/bin/env node
// One process's figures of the MLX backend as a line of JSON; `measure_mlx_lm.py` beside this file tells the same of mlx-lm, and
// `pairs.mjs` runs both in turn. How to run it: README.md.
import { parseArgs } from 'node:util';
import { openFolder } from '../packages/downloader/dist/index.js';
import { buildGraph, readCheckpoint } from '../packages/models/dist/index.js';
import { createMLXBackend } from '../packages/native-mlx/dist/index.js';
import { promptOf, randomWeights, readSizes } from './random-model.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    size: { type: 'string' },
    device: { type: 'string', default: 'cpu' },
    dtype: { type: 'string' },
    lengths: { type: 'string', default: '32,512,2048' },
    batches: { type: 'string', default: '8x128,32x128' },
    tokens: { type: 'string', default: '64' },
  },
});
const lengths = values.lengths.split(',').filter(Boolean).map(Number);
const batches = values.batches.split(',').filter(Boolean).map((text) => text.split('x').map(Number));
const tokens = Number(values.tokens);
const sampling = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };

async function open() {
  if (values.model !== undefined) return readCheckpoint(await openFolder(values.model));
  const graph = buildGraph(readSizes()[values.size]);
  return { graph, weights: randomWeights(graph) };
}

/** When each token came, and the tokens. */
async function generate(model, prompt, maxTokens) {
  const begin = performance.now();
  const run = { begin, times: [], ids: [] };
  for await (const batch of model.generate({ prompt, maxTokens, stopTokens: [], sampling })) {
    if (batch.type === 'tokens') {
      for (const id of batch.tokens) run.ids.push(id);
      while (run.times.length < run.ids.length) run.times.push(performance.now());
    } else if (batch.type === 'finish') run.statistics = batch.statistics;
  }
  return run;
}

/** Tokens a second while all sequences decode. */
function together(runs) {
  const start = Math.max(...runs.map((run) => run.times[0]));
  const end = Math.min(...runs.map((run) => run.times.at(-1)));
  const count = runs.flatMap((run) => run.times).filter((time) => time > start && time <= end).length;
  return (1000 * count) / (end - start);
}

const backend = await createMLXBackend({ device: values.device });
const start = performance.now();
const { graph, weights } = await open();
const model = await backend.loadModel(graph, weights, values.dtype === undefined ? {} : { dtype: values.dtype });
const line = { loadMs: performance.now() - start };
const prompt = (length, salt) => promptOf(length, salt, graph.vocabularySize);
// Every shape once before it counts: kernels are compiled and tuned on first use. No two prompts begin alike, or the prefix cache would help.
for (const length of lengths) await generate(model, prompt(length, 1 + 2 * length), 4);
for (const length of lengths) {
  const run = await generate(model, prompt(length, 3 + length), tokens);
  const firstMs = run.times[0] - run.begin;
  line[`first${length}Ms`] = firstMs;
  line[`prefill${length}`] = (1000 * length) / firstMs;
  line[`decode${length}`] = (1000 * (tokens - 1)) / run.statistics.decodeMs;
}
// A second turn: the first one's prompt and answer, and 32 tokens more.
const turn = Math.min(512, Math.max(...lengths));
const before = await generate(model, prompt(turn, 5), 16);
const second = await generate(model, [...prompt(turn, 5), ...before.ids, ...prompt(32, 7)], 2);
line.secondTurnMs = second.times[0] - second.begin;
for (const [count, length] of batches) {
  const all = (salt, maxTokens) => Promise.all(Array.from({ length: count }, (_, index) => generate(model, prompt(length, salt + index), maxTokens)));
  await all(100, 4);
  line[`decode${count}x${length}`] = together(await all(300, tokens + count));
}
line.peakBytes = backend.memory().peakBytes;
line.residentBytes = process.resourceUsage().maxRSS * 1024;
process.stdout.write(`${JSON.stringify(line)}\n`);
await model.unload();
await backend[Symbol.asyncDispose]();
