import { CheckpointError, UnloadedError, UnsupportedFeatureError, type WeightSource } from '@mlxengine/core';
import type { ComputeDtype, InferenceBackend } from '@mlxengine/core/backend';
import type { ModelGraph } from '@mlxengine/core/graph';
import type { Check } from '../suite/check.js';
import type { ConformanceCase } from '../suite/run-cases.js';
import { createTinyModel } from '../tiny-model/create-tiny-model.js';
import { memorySlackBytes, type BackendContext } from './backend-context.js';
import { promptOf, readAnswer, request } from './token-answer.js';

const weightName = 'model.layers.1.mlp.up_proj.weight';

/** A tiny model with one tensor changed, or without it where nothing is left. */
function damagedWeights(weights: WeightSource, shape?: readonly number[]): WeightSource {
  const tensors = new Map(weights.tensors);
  const tensor = tensors.get(weightName);
  tensors.delete(weightName);
  if (shape !== undefined && tensor !== undefined) tensors.set(weightName, { ...tensor, shape });
  return { ...weights, tensors };
}

function checkMemory(backend: InferenceBackend, before: number, what: string, check: Check): void {
  const kept = backend.memory().activeBytes - before;
  check.ok(kept <= memorySlackBytes, `${what}: ${kept} bytes more than before`);
}

/** Loading, refusing to load, and giving memory back. */
export const loadingCases: readonly ConformanceCase<BackendContext>[] = [
  {
    name: 'load: progress grows up to all bytes',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const seen: { readonly loadedBytes: number; readonly totalBytes: number }[] = [];
      const model = await backend.loadModel(graph, weights, { onProgress: (progress) => seen.push(progress) });
      await model.unload();
      const loaded = seen.map(({ loadedBytes }) => loadedBytes);
      check.equal(loaded, [...loaded].sort((a, b) => a - b), 'loadedBytes only grow');
      const bytes = [...weights.tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
      check.equal(seen.at(-1), { loadedBytes: bytes, totalBytes: bytes }, 'the last progress');
    },
  },
  {
    name: 'load: a missing weight is a CheckpointError',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const error = await check.rejects(backend.loadModel(graph, damagedWeights(weights)), CheckpointError, 'a missing weight');
      check.ok(error.message.includes(weightName), `the message does not name ${weightName}: ${error.message}`);
    },
  },
  {
    name: 'load: a weight of another shape is a CheckpointError',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const loading = backend.loadModel(graph, damagedWeights(weights, [64, 128]));
      const error = await check.rejects(loading, CheckpointError, 'a weight of another shape');
      check.ok(error.message.includes(weightName), `the message does not name ${weightName}: ${error.message}`);
    },
  },
  {
    name: 'load: a weight that cannot be read is an error, and nothing stays in memory',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const before = backend.memory().activeBytes;
      const reason = new CheckpointError('checkpoint.unknown-tensor', { source: 'a broken disk', tensor: weightName });
      const broken: WeightSource = {
        ...weights,
        read: (name, options) => (name === weightName ? Promise.reject(reason) : weights.read(name, options)),
      };
      await check.rejects(backend.loadModel(graph, broken), CheckpointError, 'a weight that cannot be read');
      checkMemory(backend, before, 'activeBytes after the failure', check);
    },
  },
  {
    name: 'load: an unknown operation is an UnsupportedFeatureError',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const operations = graph.operations.map((operation) => (operation.type === 'gated' ? { ...operation, type: 'warp' } : operation));
      const changed = { ...graph, operations } as unknown as ModelGraph;
      const error = await check.rejects(backend.loadModel(changed, weights), UnsupportedFeatureError, 'the operation "warp"');
      check.ok(error.message.includes('warp'), `the message does not name the operation: ${error.message}`);
    },
  },
  {
    name: 'load: a dtype or a number of threads that is not listed is an UnsupportedFeatureError',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const { dtypes, maxThreads } = backend.supports;
      const unlisted = (['float32', 'float16', 'bfloat16', 'float8'] as ComputeDtype[]).filter((dtype) => !dtypes.includes(dtype));
      for (const dtype of unlisted) await check.rejects(backend.loadModel(graph, weights, { dtype }), UnsupportedFeatureError, dtype);
      const threads = maxThreads + 1;
      await check.rejects(backend.loadModel(graph, weights, { threads }), UnsupportedFeatureError, `threads: ${threads}`);
    },
  },
  {
    name: 'load: a signal ends it',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const before = backend.memory().activeBytes;
      await check.aborts(backend.loadModel(graph, weights, { signal: AbortSignal.abort() }), 'a signal that fired before');
      const controller = new AbortController();
      const slow: WeightSource = {
        ...weights,
        read: async (name, options) => {
          if (name === weightName) controller.abort();
          return weights.read(name, options);
        },
      };
      await check.aborts(backend.loadModel(graph, slow, { signal: controller.signal }), 'a signal while it reads');
      checkMemory(backend, before, 'activeBytes after the abort', check);
    },
  },
  {
    name: 'unload: gives the memory back, once',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const before = backend.memory().activeBytes;
      const model = await backend.loadModel(graph, weights);
      await readAnswer(model.generate(request(promptOf(20))), check);
      const { activeBytes, peakBytes } = backend.memory();
      check.ok(activeBytes > before && peakBytes >= activeBytes, `memory of a loaded model is ${activeBytes - before} bytes, its peak ${peakBytes}`);
      await model.unload();
      await model.unload();
      await model[Symbol.asyncDispose]();
      checkMemory(backend, before, 'activeBytes after unload', check);
    },
  },
  {
    name: 'unload: ends what runs, and every later use is an UnloadedError',
    async run({ backend }, check) {
      const { graph, weights } = createTinyModel();
      const model = await backend.loadModel(graph, weights);
      const running = readAnswer(model.generate(request(promptOf(9), { maxTokens: 900 })), check);
      running.catch(() => undefined);
      await model.unload();
      await check.rejects(running, UnloadedError, 'what ran');
      await check.rejects(readAnswer(model.generate(request(promptOf(9))), check), UnloadedError, 'generate');
      await check.rejects(model.score({ tokens: [1, 2] }), UnloadedError, 'score');
    },
  },
  {
    // These come last of all: what they are tested on is gone afterwards.
    name: 'dispose: the backend gives everything back',
    async run(context, check) {
      await context.dispose();
      checkMemory(context.backend, context.initialBytes, 'activeBytes after dispose', check);
    },
  },
  {
    name: 'dispose: loading a model afterwards is an UnloadedError',
    async run(context, check) {
      await context.dispose();
      const { graph, weights } = createTinyModel();
      await check.rejects(context.backend.loadModel(graph, weights), UnloadedError, 'loadModel after dispose');
    },
  },
];
