#!/usr/bin/env node
// The MLX backend alone on llama graphs of common sizes with random weights (4 bit, group 64), where no checkpoint is at hand:
// one line of JSON a size. `random_llama.py` beside this file does the same with mlx-lm. How to run both: README.md.
import { randomFillSync } from 'node:crypto';
import { parseArgs } from 'node:util';
import { buildGraph } from '../packages/models/dist/index.js';
import { createMLXBackend } from '../packages/native-mlx/dist/index.js';

const { values } = parseArgs({
  options: { sizes: { type: 'string', default: '0.6b,4b,8b' }, device: { type: 'string', default: 'gpu' } },
});
const shared = { model_type: 'llama', head_dim: 128, rms_norm_eps: 1e-6, vocab_size: 151936, max_position_embeddings: 40960, rope_theta: 1e6 };
const sizes = {
  tiny: { vocab_size: 1024, hidden_size: 256, num_hidden_layers: 2, intermediate_size: 256, num_attention_heads: 2, num_key_value_heads: 1, tie_word_embeddings: true },
  '0.6b': { hidden_size: 1024, num_hidden_layers: 28, intermediate_size: 3072, num_attention_heads: 16, num_key_value_heads: 8, tie_word_embeddings: true },
  '4b': { hidden_size: 2560, num_hidden_layers: 36, intermediate_size: 9728, num_attention_heads: 32, num_key_value_heads: 8, tie_word_embeddings: true },
  '8b': { hidden_size: 4096, num_hidden_layers: 36, intermediate_size: 12288, num_attention_heads: 32, num_key_value_heads: 8, tie_word_embeddings: false },
};
const noise = randomFillSync(new Uint8Array(1 << 20));

function bfloat16(value) {
  return new Uint16Array(new Float32Array([value]).buffer)[1];
}

/** Weights that are made on reading: random integers, constant scales. */
function randomWeights(graph) {
  const tensors = new Map();
  const fills = new Map();
  const put = (name, dtype, shape, fill) => {
    const byteLength = shape.reduce((product, size) => product * size, dtype === 'U32' ? 4 : 2);
    tensors.set(name, { name, dtype, shape, byteLength });
    fills.set(name, fill);
  };
  for (const { path, kind, shape } of graph.weights) {
    const [outputs, inputs] = shape;
    if (kind === 'vector') {
      put(`${path}.weight`, 'BF16', shape, bfloat16(1));
      continue;
    }
    const scale = 0.1 / Math.sqrt(inputs);
    put(`${path}.weight`, 'U32', [outputs, inputs / 8], 'noise');
    put(`${path}.scales`, 'BF16', [outputs, inputs / 64], bfloat16(scale));
    put(`${path}.biases`, 'BF16', [outputs, inputs / 64], bfloat16(-7.5 * scale));
  }
  const read = async (name) => {
    const bytes = new Uint8Array(tensors.get(name).byteLength);
    const fill = fills.get(name);
    if (fill !== 'noise') new Uint16Array(bytes.buffer).fill(fill);
    else for (let at = 0; at < bytes.length; at += noise.length) bytes.set(noise.subarray(0, Math.min(noise.length, bytes.length - at)), at);
    return bytes;
  };
  const quantization = (path) => (tensors.has(`${path}.scales`) ? { mode: 'affine', bits: 4, groupSize: 64 } : undefined);
  return { tensors, quantization, location: () => undefined, read };
}

async function generate(model, vocabularySize, length, salt, maxTokens) {
  const prompt = Array.from({ length }, (_, index) => ((index * 7919 + salt * 104729) % 100000) % vocabularySize);
  const sampling = { temperature: 0, topP: 1, minP: 0, topK: 0, seed: 0 };
  for await (const batch of model.generate({ prompt, maxTokens, stopTokens: [], sampling })) {
    if (batch.type === 'finish') return batch.statistics;
  }
}

const backend = await createMLXBackend({ device: values.device });
for (const size of values.sizes.split(',')) {
  const graph = buildGraph({ ...shared, ...sizes[size] });
  const start = performance.now();
  const model = await backend.loadModel(graph, randomWeights(graph));
  const line = { size, device: backend.device.name, dtype: model.dtype, loadMs: performance.now() - start };
  // Every length once before it counts: kernels are compiled on first use.
  for (const length of [32, 2048, 512]) await generate(model, graph.vocabularySize, length, 1, 8);
  for (const length of [32, 512, 2048]) {
    const { prefillMs, decodeMs, completionTokens } = await generate(model, graph.vocabularySize, length, 3 + length, 128);
    line[`firstToken${length}Ms`] = prefillMs;
    line[`prefill${length}`] = (1000 * length) / prefillMs;
    line[`decode${length}`] = (1000 * (completionTokens - 1)) / decodeMs;
  }
  process.stdout.write(`${JSON.stringify({ ...line, ...backend.memory() })}\n`);
  await model.unload();
}
await backend[Symbol.asyncDispose]();
