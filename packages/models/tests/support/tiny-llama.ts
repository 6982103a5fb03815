import type { ModelGraph, WeightDeclaration } from '@mlxengine/core/graph';
import { buildGraph } from '../../src/build-graph.js';
import { MemorySource } from './memory-source.js';
import { testTensor, writeSafetensors } from './tensors.js';
import type { TestTensor } from './tensors.js';

/** A config.json of the family llama, as small as quantization allows. */
export const tinyConfig = {
  model_type: 'llama', hidden_size: 128, num_hidden_layers: 2, intermediate_size: 256, num_attention_heads: 4,
  num_key_value_heads: 2, rms_norm_eps: 1e-5, vocab_size: 32, max_position_embeddings: 512, tie_word_embeddings: true, eos_token_id: 2,
} as const;

/** How the matrices of a test checkpoint are stored. */
export interface TestQuantization {
  readonly bits: number;
  readonly groupSize: number;
}

/** The tensors that a graph names, dense in float16 or quantized. */
export function tensorsOf(graph: ModelGraph, quantizationOf: (path: string) => TestQuantization | undefined = () => undefined): TestTensor[] {
  return graph.weights.flatMap((weight) => {
    const quantization = weight.kind === 'matrix' ? quantizationOf(weight.path) : undefined;
    const tensors = quantization ? quantized(weight, quantization) : [testTensor(`${weight.path}.weight`, 'F16', weight.shape)];
    return weight.bias ? [...tensors, testTensor(`${weight.path}.bias`, 'F16', weight.shape.slice(0, 1))] : tensors;
  });
}

function quantized({ path, shape: [rows = 0, columns = 0] }: WeightDeclaration, { bits, groupSize }: TestQuantization): TestTensor[] {
  return [
    testTensor(`${path}.weight`, 'U32', [rows, (columns * bits) / 32]),
    testTensor(`${path}.scales`, 'F16', [rows, columns / groupSize]),
    testTensor(`${path}.biases`, 'F16', [rows, columns / groupSize]),
  ];
}

/** What to change in the tiny checkpoint. */
export interface TinyCheckpointOptions {
  readonly config?: Readonly<Record<string, unknown>>;
  readonly quantizationOf?: (path: string) => TestQuantization | undefined;
  readonly change?: (tensors: readonly TestTensor[]) => readonly TestTensor[];
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
}

/** A complete small checkpoint in memory. */
export async function tinyCheckpoint({ config = {}, quantizationOf, change, files = {} }: TinyCheckpointOptions = {}): Promise<MemorySource> {
  const full = { ...tinyConfig, ...config };
  const tensors = tensorsOf(buildGraph(full), quantizationOf);
  const weights = await writeSafetensors(change ? change(tensors) : tensors);
  return new MemorySource({ 'config.json': JSON.stringify(full), 'model.safetensors': weights, ...files });
}
