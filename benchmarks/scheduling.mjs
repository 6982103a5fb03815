#!/usr/bin/env node
// What running requests costs besides MLX's own work, on tiny models whose steps take next to nothing: the event loop's lag, JavaScript's
// time a token, and the time a token of a model of no layers (extrapolated from 1 and 5 layers), which still holds MLX's embedding, head
// and sampler. Then the price of `deterministic`. How to run it: README.md beside this file.
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { createMLXBackend } from '../packages/native-mlx/dist/index.js';
import { createTinyModel } from '../packages/testing/dist/index.js';

const backend = await createMLXBackend({ device: process.argv[2] ?? 'cpu' });
const sampling = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };

async function generate(model, maxTokens, changes) {
  const stream = model.generate({ prompt: [1, 2, 3], maxTokens, stopTokens: [], sampling, ...changes });
  while (!(await stream.next()).done);
}

async function measure(layers, callers, maxTokens, changes = {}) {
  const { graph, weights } = createTinyModel({ layers, contextLength: 4096 });
  const model = await backend.loadModel(graph, weights);
  const all = () => Promise.all(Array.from({ length: callers }, () => generate(model, maxTokens, changes)));
  await all();
  const lag = monitorEventLoopDelay({ resolution: 1 });
  lag.enable();
  const [before, start] = [performance.eventLoopUtilization(), performance.now()];
  await all();
  const [elapsed, { active }] = [performance.now() - start, performance.eventLoopUtilization(before)];
  lag.disable();
  await model.unload();
  const tokens = callers * maxTokens;
  return { microsecondsAToken: (elapsed * 1000) / tokens, javascriptMicrosecondsAToken: (active * 1000) / tokens, lagP99Ms: lag.percentile(99) / 1e6 };
}

const round = (number) => Number(number.toPrecision(3));
for (const callers of [1, 8, 32]) {
  const tokens = Math.ceil(2000 / callers) + 50;
  const one = await measure(1, callers, tokens);
  const five = await measure(5, callers, tokens);
  const apart = await measure(1, callers, tokens, { deterministic: true });
  const noLayers = one.microsecondsAToken - (five.microsecondsAToken - one.microsecondsAToken) / 4;
  console.log(JSON.stringify({
    callers,
    microsecondsATokenWithoutLayers: round(noLayers),
    javascriptMicrosecondsAToken: round(one.javascriptMicrosecondsAToken),
    lagP99Ms: round(one.lagP99Ms),
    deterministicTimes: round(apart.microsecondsAToken / one.microsecondsAToken),
  }));
}
