import { AbortedError, BackendError, UnloadedError } from '@mlxengine/core';
import type { ComputeDtype, InferenceBackend, TokenRequest } from '@mlxengine/core/backend';
import type { GraphOperation } from '@mlxengine/core/graph';
import { createReferenceBackend } from '../src/index.js';
import type { Fault } from './fault-table.js';
import { breakBackend, changeOperations, detachWork, mapBatches, type BackendFault } from './faulty-backend.js';
import { operationFaults } from './operation-faults.js';
import { sequenceFaults } from './sequence-faults.js';

const scoreVariants = [
  'a dense model', 'a model of 4 bits', 'a model of 8 bits', 'a tied embedding', 'a tied quantized embedding', 'biases of the attention',
  'as many key heads as query heads', 'one key head', 'traditional rope', 'rope on a part of each head, with an amplitude',
  'a vocabulary that is no multiple of 32',
];
const logitsOf = (...variants: readonly string[]): string[] => variants.map((variant) => `score: logits of ${variant} are right`);

const refusals = [
  'an id as large as the vocabulary', 'a negative id', 'an id that is no integer', 'an empty prompt', 'maxTokens of 0', 'a negative temperature',
  'a prompt that leaves no room in the context',
].map((what) => `generate: ${what} is refused`);

function fault(name: string, broken: BackendFault, ...trips: readonly string[]): Fault<InferenceBackend> {
  return { name, create: () => breakBackend(broken), trips };
}

/** A request that its reader would not recognize. */
function repair(request: TokenRequest): TokenRequest {
  const prompt = [...request.prompt].slice(0, 1000).map((token) => Math.min(95, Math.max(0, Math.floor(token))));
  const sampling = { ...request.sampling, temperature: Math.abs(request.sampling.temperature) };
  return { ...request, prompt: prompt.length === 0 ? [0] : prompt, maxTokens: Math.max(1, request.maxTokens), sampling };
}

/** A request without what only some backends do. */
function plain({ sampling: { temperature, topP, minP, topK, seed }, logProbabilities: _, ...request }: TokenRequest): TokenRequest {
  return { ...request, sampling: { temperature, topP, minP, topK, seed } };
}

const samplerFeatures = ['penalties', 'logit-bias', 'xtc', 'log-probabilities'] as const;
const samplerCases = [
  ...samplerFeatures.slice(0, -1).map((feature) => `sampling: ${feature}, tokens are those of the reference's logits, or refused`),
  'log-probabilities: are of the logits after penalties and before temperature, or refused',
];

const manifestFaults = [
  fault('has no name', { backend: () => ({ name: '' }) }, 'manifest: names the backend, its device and what it does'),
  fault('lists an operation that nobody knows', {
    backend: ({ supports }) => ({ supports: { ...supports, operations: [...supports.operations, 'warp' as GraphOperation['type']] } }),
  }, 'manifest: every operation that is listed runs'),
  fault('lists a dtype and computes in another', {
    backend: (right) => ({
      supports: { ...right.supports, dtypes: ['float32', 'float16'] satisfies ComputeDtype[] },
      loadModel: (graph, weights, { dtype: _, ...options } = {}) => right.loadModel(graph, weights, options),
    }),
  }, 'manifest: every compute dtype that is listed works', 'load: a dtype or a number of threads that is not listed is an UnsupportedFeatureError'),
  fault('says that its threads cannot be set, and takes a number of them', {
    backend: ({ supports }) => ({ supports: { ...supports, maxThreads: 0 } }),
  }, 'load: a dtype or a number of threads that is not listed is an UnsupportedFeatureError'),
  fault('lists half a thread', { backend: ({ supports }) => ({ supports: { ...supports, maxThreads: 0.5 } }) },
    'manifest: names the backend, its device and what it does'),
  fault('reads bfloat16 as float16', {
    weights: (weights) => ({
      ...weights,
      tensors: new Map([...weights.tensors].map(([name, tensor]) => [name, tensor.dtype === 'BF16' ? { ...tensor, dtype: 'F16' } : tensor])),
    }),
  }, 'manifest: every format of dense tensors that is listed loads', ...logitsOf('a model of 8 bits')),
  fault('reads quantized weights from the wrong end of the byte', {
    weights: (weights) => ({
      ...weights,
      read: async (name, options) => {
        const bytes = await weights.read(name, options);
        return weights.tensors.get(name)?.dtype === 'U32' ? bytes.map((byte) => (byte << 4) | (byte >>> 4)) : bytes;
      },
    }),
  }, 'manifest: every quantization that is listed loads', ...logitsOf('a model of 4 bits', 'a tied quantized embedding')),
];

const numericFaults = [
  fault('takes another epsilon for norms', { graph: changeOperations('rmsNorm', { epsilon: 0.1 }) },
    ...logitsOf(...scoreVariants), 'manifest: every operation that is listed runs', 'manifest: every compute dtype that is listed works',
    'score: whole, in chunks and step by step agree', 'score: a long context is right to its end'),
  fault('forgets biases', { graph: (graph) => ({ ...graph, weights: graph.weights.map((weight) => ({ ...weight, bias: false })) }) },
    ...logitsOf('biases of the attention')),
  fault('knows one kind of rope', { graph: changeOperations('rope', { traditional: false }) }, ...logitsOf('traditional rope')),
  fault('forgets the amplitude of rope', { graph: changeOperations('rope', { amplitude: 1 }) },
    ...logitsOf('rope on a part of each head, with an amplitude')),
  fault('begins each chunk at position 0', {
    score: (model) => async ({ tokens, chunkSize = 64, logits = false }, options) => {
      const parts = [];
      for (let start = 0; start < tokens.length; start += chunkSize) {
        const part = [...tokens.slice(start, start + chunkSize)];
        parts.push(await model.score({ tokens: part.length === 1 ? [...part, 0] : part, logits: true }, options));
      }
      const all = Float32Array.from(parts.flatMap((part) => [...(part.logits ?? [])]).slice(0, tokens.length * 96));
      const { logProbabilities } = await model.score({ tokens });
      return logits ? { logProbabilities, logits: all } : { logProbabilities };
    },
  }, 'score: whole, in chunks and step by step agree'),
  fault('looks no further back than 512 tokens', {
    score: (model) => async (request, options) => {
      const result = await model.score(request, options);
      if (request.tokens.length <= 512) return result;
      const late = await model.score({ tokens: request.tokens.slice(512), logits: true }, options);
      result.logits?.set(late.logits ?? [], 512 * 96);
      return result;
    },
  }, 'score: a long context is right to its end'),
  fault('gives logits whether asked for or not', { score: (model) => (request, options) => model.score({ ...request, logits: true }, options) },
    'score: gives logits only where they are asked for'),
];

const answerFaults = [
  fault('draws where it should be greedy', {
    generate: (model) => (request, options) => model.generate({ ...request, sampling: { ...request.sampling, temperature: 1, seed: 9 } }, options),
  }, 'generate: greedy tokens are those of the reference'),
  fault('reads 512 tokens of a prompt', {
    generate: (model) => (request, options) => model.generate({ ...request, prompt: request.prompt.slice(0, 512) }, options),
  }, 'generate: a prompt longer than a chunk is read to its end'),
  fault('loses the last token', {
    generate: (model) => (request, options) => {
      let count = 0;
      return mapBatches(model.generate(request, options), (batch) =>
        batch.type === 'tokens' && (count += batch.tokens.length) >= request.maxTokens ? undefined : batch);
    },
  }, 'generate: maxTokens is honoured, and the last token is there', 'generate: statistics count what was done'),
  fault('ignores maxTokens', { generate: (model) => (request, options) => model.generate({ ...request, maxTokens: request.maxTokens + 1 }, options) },
    'generate: maxTokens is honoured, and the last token is there'),
  fault('ignores stop tokens', { generate: (model) => (request, options) => model.generate({ ...request, stopTokens: [] }, options) },
    'generate: a stop token ends the answer and is its last token'),
  fault('goes on after the end', {
    generate: (model) => async function* (request, options) {
      yield* model.generate(request, options);
      yield { type: 'tokens', tokens: Uint32Array.of(1) };
    },
  }, 'generate: greedy tokens are those of the reference', 'generate: statistics count what was done'),
  fault('does not know where the context ends', { graph: (graph) => ({ ...graph, contextLength: 1e6 }) },
    'generate: the end of the context ends the answer', 'generate: a prompt that leaves no room in the context is refused'),
  fault('counts wrong', {
    generate: (model) => (request, options) => mapBatches(model.generate(request, options), (batch) => batch.type === 'finish'
      ? { ...batch, statistics: { ...batch.statistics, completionTokens: batch.statistics.completionTokens - 1 } }
      : batch),
  }, 'generate: statistics count what was done', 'generate: a stop token ends the answer and is its last token'),
  fault('draws with other random numbers', {
    generate: (model) => (request, options) => model.generate({ ...request, sampling: { ...request.sampling, seed: request.sampling.seed ^ 5 } }, options),
  }, 'sampling: draws are exactly those of seed and index'),
  fault('leaves top-p out', {
    generate: (model) => (request, options) => model.generate({ ...request, sampling: { ...request.sampling, topP: 1 } }, options),
  }, 'sampling: draws are exactly those of seed and index'),
  fault('ignores what its sampler lacks', { generate: (model) => (request, options) => model.generate(plain(request), options) }, ...samplerCases),
  fault('lists what its sampler lacks', {
    backend: ({ supports }) => ({ supports: { ...supports, features: [...samplerFeatures] } }),
    generate: (model) => (request, options) => model.generate(plain(request), options),
  }, ...samplerCases),
  fault('ignores the seed', {
    generate: (model) => (request, options) =>
      model.generate({ ...request, sampling: { ...request.sampling, seed: Math.floor(Math.random() * 2 ** 32) } }, options),
  }, 'sampling: a seed gives the same answer again, another seed another'),
  fault('repairs bad requests and says nothing', {
    generate: (model) => (request, options) => model.generate(repair(request), options),
    score: (model) => (request, options) => {
      const tokens = [...request.tokens, 0].slice(0, 1000).map((token) => Math.min(95, token));
      return model.score({ ...request, tokens }, options);
    },
  }, ...refusals, 'score: an id out of range is refused'),
  fault('ignores constraints', { generate: (model) => ({ constraint: _, ...request }, options) => model.generate(request, options) },
    'constraint: masks and forced tokens are kept at temperature 0', 'constraint: masks and forced tokens are kept at temperature 1'),
  fault('forces nothing', {
    generate: (model) => ({ constraint, ...request }, options) => model.generate({
      ...request,
      ...(constraint && {
        constraint: { fillMask: (mask) => constraint.fillMask(mask), accept: (token) => constraint.accept(token), forced: () => [] },
      }),
    }, options),
  }, 'constraint: masks and forced tokens are kept at temperature 0'),
];

const cacheFaults = [
  fault('does not say what came from the cache', {
    generate: (model) => (request, options) => mapBatches(model.generate(request, options), (batch) => batch.type === 'finish'
      ? { ...batch, statistics: { ...batch.statistics, cachedPromptTokens: 0 } }
      : batch),
  }, 'prefix cache: what was computed is not computed again, and said so', 'prefix cache: the same prompt again computes at least one token'),
  fault('takes any prompt for the one in its cache', {
    generate: (model) => {
      let last: readonly number[] = [];
      return (request, options) => {
        const prompt = [...request.prompt];
        const mixed = prompt.length > 20 ? prompt.map((token, index) => (index < prompt.length - 1 ? last[index] ?? token : token)) : prompt;
        last = prompt;
        return model.generate({ ...request, prompt: mixed }, options);
      };
    },
  }, 'prefix cache: a prompt that goes another way is answered as if it were new'),
  fault('scores in the place of its cache', {
    score: (model) => async (request, options) => {
      for await (const _ of model.generate({ prompt: [90], maxTokens: 1, stopTokens: [], sampling: { temperature: 0, topP: 1, topK: 0, minP: 0, seed: 0 } })) continue;
      return model.score(request, options);
    },
  }, 'prefix cache: score leaves it as it is'),
];

const schedulingFaults = [
  fault('ignores its signal', {
    generate: (model) => (request) => model.generate(request),
    score: (model) => (request) => model.score(request),
  }, 'abort: a signal that fired before keeps the work from starting', 'abort: a signal ends the answer and the work', 'abort: a score that is aborted ends',
  'requests: one that is aborted leaves the others alone'),
  fault('goes on working for nobody', { generate: detachWork }, 'abort: a signal ends the answer and the work', 'abort: leaving the loop ends the work'),
  fault('leaves rejections unhandled', {
    generate: (model) => (request, options) => {
      options?.signal?.addEventListener('abort', () => void Promise.reject(new AbortedError('aborted.operation', { operation: 'generate' })));
      return model.generate(request, options);
    },
  }, 'abort: an answer that nobody reads is no unhandled rejection'),
  fault('starts when it is read', {
    generate: (model) => async function* (request, options) {
      yield* model.generate(request, options);
    },
  }, 'requests: work starts at the call'),
  { throws: BackendError, ...fault('answers one request at a time and refuses the others', {
    generate: (model) => {
      let running = 0;
      return async function* (request, options) {
        if (running > 0) throw new BackendError('backend.failed', { backend: 'faulty', reason: 'busy' });
        running += 1;
        try {
          yield* model.generate(request, options);
        } finally {
          running -= 1;
        }
      };
    },
  }, 'requests: side by side give what each gives alone') },
  { throws: AbortedError, ...fault('aborts everything that runs', {
    generate: (model) => {
      const shared = new AbortController();
      return (request, options) => {
        options?.signal?.addEventListener('abort', () => shared.abort());
        return model.generate(request, { signal: shared.signal });
      };
    },
  }, 'requests: one that is aborted leaves the others alone') },
];

const loadingFaults = [
  fault('tells half of its progress', {
    backend: (right) => ({
      loadModel: (graph, weights, options) => right.loadModel(graph, weights, {
        ...options,
        onProgress: ({ loadedBytes, totalBytes }) => options?.onProgress?.({ loadedBytes: loadedBytes / 2, totalBytes }),
      }),
    }),
  }, 'load: progress grows up to all bytes'),
  fault('lets foreign exceptions through', {
    backend: (right) => ({
      loadModel: async (...call) => right.loadModel(...call).catch((error: unknown) => {
        throw new TypeError('undefined is not a tensor', { cause: error });
      }),
    }),
  }, 'load: a missing weight is a CheckpointError', 'load: a weight of another shape is a CheckpointError',
  'load: a weight that cannot be read is an error, and nothing stays in memory', 'load: an unknown operation is an UnsupportedFeatureError',
  'load: a signal ends it'),
  fault('keeps what it loaded', {
    backend: (right) => {
      let leaked = 0;
      return {
        loadModel: (...call) => {
          leaked += 100_000;
          return right.loadModel(...call);
        },
        memory: () => ({ activeBytes: right.memory().activeBytes + leaked, peakBytes: right.memory().peakBytes + leaked }),
      };
    },
  }, 'load: a weight that cannot be read is an error, and nothing stays in memory', 'load: a signal ends it', 'unload: gives the memory back, once',
  'dispose: the backend gives everything back'),
  fault('ignores the signal while it loads', {
    backend: (right) => ({ loadModel: (graph, weights, { signal: _, ...options } = {}) => right.loadModel(graph, weights, options) }),
  }, 'load: a signal ends it'),
  fault('does not unload', { unload: () => async () => undefined },
    'unload: gives the memory back, once', 'unload: ends what runs, and every later use is an UnloadedError'),
  fault('loads on after it was disposed of', {
    backend: (right) => ({
      loadModel: (...call) => right.loadModel(...call).catch(async (error: unknown) => {
        if (error instanceof UnloadedError) return createReferenceBackend().loadModel(...call);
        throw error;
      }),
    }),
  }, 'dispose: loading a model afterwards is an UnloadedError'),
];

/** Every way in which the reference backend is broken here. */
export const backendFaults: readonly Fault<InferenceBackend>[] = [
  ...manifestFaults, ...numericFaults, ...answerFaults, ...cacheFaults, ...schedulingFaults, ...loadingFaults, ...operationFaults,
  ...sequenceFaults,
];
