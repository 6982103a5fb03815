import type { InferenceBackend } from '@mlxengine/core/backend';
import type { Fault } from './fault-table.js';
import { breakBackend, changeOperations, dropSetting, enlargeOutputs, mapOperations, type BackendFault } from './faulty-backend.js';

function fault(name: string, broken: BackendFault, ...subjects: readonly string[]): Fault<InferenceBackend> {
  const trips = subjects.map((subject) => (subject.includes(': ') ? subject : `operations: ${subject}`));
  return { name, create: () => breakBackend(broken), trips };
}

const arithmeticFaults = [
  fault('forgets biases of anything', { graph: (graph) => ({ ...graph, weights: graph.weights.map((weight) => ({ ...weight, bias: false })) }) },
    'linear', 'headLinear', 'linears of experts'),
  fault('multiplies activations wrongly', { graph: enlargeOutputs('matmul') }, 'matmul'),
  fault('counts positions from 0 always', { graph: changeOperations('positions', { offset: 0 }) }, 'embeddings of tokens, positions and segments'),
  fault('takes norm weights as they are', { graph: (graph) => changeOperations('layerNorm', { weightOffset: 0 })(changeOperations('rmsNorm', { weightOffset: 0 })(graph)) },
    'rmsNorm', 'layerNorm'),
  fault('keeps no length above epsilon', { graph: changeOperations('l2Norm', { epsilon: 0 }) }, 'l2Norm'),
  fault('knows one reduction', { graph: changeOperations('reduce', { function: 'sum' }) }, 'reduce and softmax'),
  fault('takes one gelu for the other', {
    graph: mapOperations('unary', (operation) => (operation.function === 'geluTanh' ? { ...operation, function: 'gelu' } : operation)),
  }, 'functions of one number'),
  fault('subtracts from the wrong side', {
    graph: mapOperations('binary', (operation) =>
      (operation.function === 'subtract' ? { ...operation, left: operation.right, right: operation.left } : operation)),
  }, 'functions of two numbers', 'functions of two numbers of unequal shapes'),
  fault('takes parameters for larger', { graph: enlargeOutputs('parameter') }, 'arithmetic with parameters'),
  fault('scales without an offset', { graph: changeOperations('scale', { offset: 0 }) }, 'scale and clip'),
  fault('knows one gate', { graph: changeOperations('gated', { activation: 'silu' }) }, 'gates'),
  fault('slices from the beginning', {
    graph: mapOperations('slice', (operation) => ({ ...operation, start: 0, end: operation.end - operation.start })),
  }, 'slices'),
  fault('joins from behind', { graph: mapOperations('concat', (operation) => ({ ...operation, inputs: operation.inputs.toReversed() })) }, 'concat'),
  fault('leaves what should be transposed', {
    graph: mapOperations('transpose', ({ input, output, permutation }) => ({ type: 'reshape', input, output, dimensions: permutation })),
  }, 'transpose, reshape and broadcast'),
];

const attentionFaults = [
  fault('knows no growing rope', { graph: dropSetting('rope', 'dynamic') }, 'rope'),
  fault('sees as well far away', { graph: changeOperations('positionScale', { beta: 0 }) }, 'positionScale'),
  fault('attends with another scale', { graph: changeOperations('attention', { scale: 0.25 }) }, 'attention', 'a hybrid of all states'),
  fault('knows no windows', { graph: dropSetting('attention', 'window') },
    'attention in windows', 'attention over a shared cache', 'two caches', 'embed: attention without a cache'),
  fault('knows no sinks', { graph: dropSetting('attention', 'sinks') }, 'attention with sinks and capped scores', 'embed: attention without a cache'),
  fault('caps no scores', { graph: dropSetting('attention', 'softcap') }, 'attention with sinks and capped scores'),
  fault('attends to latents with another scale', { graph: changeOperations('latentAttention', { scale: 0.25 }) }, 'latent attention'),
];

const formatFaults = [
  fault('keeps more than bfloat16', {
    graph: (graph) => ({ ...graph, values: graph.values.map(({ leading, dimensions, dtype }) => ({ leading, dimensions, dtype })) }),
  }, ...['mxfp4', 'nvfp4', 'nvfp4 with a global scale', 'mxfp8'].map((format) => `matrices in ${format}`)),
];

const expertFaults = [
  fault('does not normalize shares', { graph: dropSetting('route', 'normalize') }, 'choices of experts', 'choices of experts by groups'),
  fault('knows no groups', { graph: dropSetting('route', 'groups') }, 'choices of experts by groups'),
  fault('reads packed weights from the wrong end of the byte', {
    weights: (weights) => ({
      ...weights,
      read: async (name, options) => {
        const bytes = await weights.read(name, options);
        return weights.tensors.get(name)?.dtype === 'U32' ? bytes.map((byte) => (byte << 4) | (byte >>> 4)) : bytes;
      },
    }),
  }, ...['4 bits by 32', '3 bits by 32', '6 bits by 32', '8 bits by 32', 'mxfp4', 'nvfp4', 'mxfp8'].map((format) => `linears of experts in ${format}`),
  ...['mxfp4', 'nvfp4', 'mxfp8'].map((format) => `matrices in ${format}`),
  ...['2 bits by 32', '4 bits by 64', '5 bits by 32', 'mxfp4', 'nvfp4', 'mxfp8'].map((format) => `stacks of heads in ${format}`),
  'manifest: every quantization that is listed loads'),
  fault('forgets global scales', {
    weights: (weights) => ({
      ...weights,
      quantization: (path) => {
        const quantization = weights.quantization(path);
        return quantization && { ...quantization, globalScale: false };
      },
    }),
  }, ...['linears of experts', 'matrices', 'stacks of heads'].map((what) => `${what} in nvfp4 with a global scale`)),
];

const recurrenceFaults = [
  fault('leaves activations of convolutions out', { graph: changeOperations('causalConv', { activation: 'none' }) },
    'causal convolutions', 'a hybrid of all states'),
  fault('makes the answers of delta rules too large', { graph: enlargeOutputs('gatedDelta') }, 'gated delta rule', 'a hybrid of all states'),
  fault('takes queries for keys', { graph: mapOperations('gatedDelta', (operation) => ({ ...operation, keys: operation.queries })) }, 'gated delta rule'),
  fault('takes b for c', { graph: mapOperations('ssmScan', (operation) => ({ ...operation, c: operation.b })) }, 'state-space scan', 'a hybrid of all states'),
  fault('begins each chunk anew', {
    score: (model) => async ({ tokens, chunkSize = tokens.length, logits = false }, options) => {
      const { logProbabilities } = await model.score({ tokens }, options);
      const all = new Float32Array(tokens.length * 96);
      for (let start = 0; start < tokens.length; start += chunkSize) {
        const part = [...tokens.slice(start, start + chunkSize)];
        const scored = await model.score({ tokens: part.length === 1 ? [...part, 0] : part, logits: true }, options);
        all.set(scored.logits?.subarray(0, part.length * 96) ?? [], start * 96);
      }
      return logits ? { logProbabilities, logits: all } : { logProbabilities };
    },
  }, 'causal convolutions', 'gated delta rule', 'state-space scan', 'latent attention', 'attention in windows', 'rope', 'positionScale'),
];

const dtypeFaults = (['float16', 'bfloat16'] as const).map((listed) => fault(`is far off in ${listed}`, {
  backend: (right) => ({
    supports: { ...right.supports, dtypes: ['float32', listed] },
    loadModel: (graph, weights, { dtype, ...options } = {}) =>
      right.loadModel(dtype === listed ? changeOperations('rmsNorm', { epsilon: 0.9 })(graph) : graph, weights, options),
  }),
}, `all of them in ${listed}`));

/** Operations that are not what they should be. */
export const operationFaults: readonly Fault<InferenceBackend>[] = [
  ...arithmeticFaults, ...attentionFaults, ...formatFaults, ...expertFaults, ...recurrenceFaults, ...dtypeFaults,
];
