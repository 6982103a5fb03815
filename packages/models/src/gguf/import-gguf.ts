import type { ModelSource } from '@mlxengine/core';
import { safetensorsChunks } from '../safetensors/safetensors-chunks.js';
import type { CheckpointSink } from './checkpoint-sink.js';
import { convertTensor, overflowsFloat16 } from './convert-tensor.js';
import type { ConversionInput } from './convert-tensor.js';
import { readVocabulary } from './gguf-vocabulary.js';
import { readLlamaConfig } from './llama-config.js';
import { readRopeScaling } from './llama-rope.js';
import { nameLlamaTensors } from './llama-tensors.js';
import { quantizationSettings } from './quantization-settings.js';
import { readGguf } from './read-gguf.js';
import { planTensor } from './tensor-plan.js';
import type { TensorPlan } from './tensor-plan.js';
import { specialTokenIds, tokenizerConfig, tokenizerJson } from './tokenizer-files.js';
import { indexJson, splitIntoShards } from './shards.js';

/** How far an import is. */
export interface GgufImportProgress {
  /** Bytes of tensors converted and written. */
  readonly processedBytes: number;
  readonly totalBytes: number;
}

/** How to import a GGUF file. */
export interface ImportGgufOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: GgufImportProgress) => void;
}

/**
 * Turns a GGUF file of the llama family into a checkpoint in MLX's format: `model*.safetensors` with index, tokenizer.json,
 * tokenizer_config.json, generation_config.json and config.json.
 *
 * Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K and Q5_K become affine quantization in groups of 32 whose weights equal GGUF's bit for
 * bit in float32; their scales and biases are float16 where GGUF's are, float32 for the K-quants. Q2_K, Q3_K and Q6_K have
 * groups of 16, which MLX's affine quantization does not, and are dequantized to float16. F32, F16 and BF16 stay as they are.
 *
 * The file is untrusted: nothing in it is used before it is checked, and it is read in ranges, never as a whole.
 * @param file - path of the GGUF file in `source`
 * @throws `CheckpointError` (`gguf.*`) for a damaged file, or one that cannot be translated exactly; `UnsupportedArchitectureError`,
 * `ModelNotFoundError`, `StorageError`; `AbortedError` by the signal; and whatever the sink throws
 */
export async function importGguf(
  source: ModelSource, file: string, sink: CheckpointSink, options: ImportGgufOptions = {},
): Promise<void> {
  const { signal } = options;
  const header = await readGguf(source, file, signal);
  const { sizes, settings } = readLlamaConfig(header);
  const tensors = nameLlamaTensors(header, sizes);
  const rope = { base: Number(settings['rope_theta']), headDimension: sizes.headDimension };
  const ropeScaling = await readRopeScaling(source, header, rope, signal);
  const vocabulary = readVocabulary(header, sizes.vocabulary);
  const contextLength = Number(settings['max_position_embeddings']);
  const tokenizer = { 'tokenizer.json': tokenizerJson(header, vocabulary), 'tokenizer_config.json': tokenizerConfig(header, vocabulary, contextLength) };

  const plans: TensorPlan[] = [];
  const quiet = { source, file, signal, onRead: () => undefined };
  for (const tensor of tensors) plans.push(planTensor(tensor, await overflowsFloat16(quiet, tensor.source)));
  await writeWeights(plans, { source, file, signal, onRead: progressOf(plans, options) }, sink);

  const quantization = quantizationSettings(plans);
  const ids = specialTokenIds(vocabulary);
  const config = {
    ...settings,
    ...(ropeScaling === undefined ? {} : { rope_scaling: ropeScaling }),
    ...ids,
    ...(quantization === undefined ? {} : { quantization, quantization_config: quantization }),
  };
  await writeJson(sink, 'tokenizer.json', tokenizer['tokenizer.json']);
  await writeJson(sink, 'tokenizer_config.json', tokenizer['tokenizer_config.json']);
  await writeJson(sink, 'generation_config.json', ids);
  await writeJson(sink, 'config.json', config);
}

function progressOf(plans: readonly TensorPlan[], { onProgress }: ImportGgufOptions): (bytes: number) => void {
  const totalBytes = plans.reduce((sum, { source }) => sum + source.byteLength, 0);
  let processedBytes = 0;
  return (bytes) => {
    processedBytes += bytes;
    onProgress?.({ processedBytes, totalBytes });
  };
}

async function writeWeights(plans: readonly TensorPlan[], input: ConversionInput, sink: CheckpointSink): Promise<void> {
  const shards = splitIntoShards(plans);
  for (const { name, plans: content } of shards) {
    const tensors = content.flatMap((plan) => convertTensor(input, plan));
    await sink.write(name, safetensorsChunks(tensors, input.signal === undefined ? {} : { signal: input.signal }));
  }
  await writeJson(sink, 'model.safetensors.index.json', indexJson(shards));
}

async function writeJson(sink: CheckpointSink, path: string, value: unknown): Promise<void> {
  await sink.write(path, oneChunk(`${JSON.stringify(value, null, 2)}\n`));
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}
