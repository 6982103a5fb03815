import { throwIfAborted } from '@mlxengine/core';
import type { ModelConfiguration, ModelSource, WeightSource } from '@mlxengine/core';
import type { ModelGraph } from '@mlxengine/core/graph';
import { findArchitecture } from './architectures/registry.js';
import type { ArchitectureOptions } from './build-graph.js';
import { sanitizeTensors } from './sanitize/sanitize-tensors.js';
import { CheckpointWeights } from './checkpoint/checkpoint-weights.js';
import { matchWeights } from './checkpoint/match-weights.js';
import { readForeignQuantization } from './checkpoint/foreign/foreign-quantization.js';
import { readQuantizationSettings } from './checkpoint/quantization-settings.js';
import { readTensors } from './checkpoint/read-tensors.js';
import { ConfigReader } from './config/config-reader.js';
import { readModelConfig } from './config/read-config.js';
import { describeModel } from './describe-model.js';
import { planTask } from './encoders/plan-task.js';
import type { ModelTask } from './encoders/plan-task.js';
import type { EmbeddingSettings } from './encoders/read-sentence-transformers.js';
import { markBFloat16 } from './graph/passes/mark-bfloat16.js';
import { SymbolicTensor } from './sanitize/symbolic-tensor.js';

/** A model, ready for a backend. */
export interface Checkpoint {
  /** What is known of it; its `id` is the source's name. */
  readonly configuration: ModelConfiguration;
  /** config.json as plain data, non-finite numbers included. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What a backend runs. */
  readonly graph: ModelGraph;
  /** Under the names that the graph uses. */
  readonly weights: WeightSource;
  /** Ids that end an answer by generation_config.json or config.json; empty where neither says. */
  readonly endTokens: readonly number[];
  /** What the graph is for. */
  readonly task: ModelTask;
  /** How texts become vectors, of the task `embed`. */
  readonly embedding?: EmbeddingSettings;
}

/** How to read a checkpoint. */
export interface ReadCheckpointOptions extends ArchitectureOptions {
  /** Default: what the model was made for; a model that generates embeds where sentence-transformers' files lie beside it. */
  readonly task?: ModelTask | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads a checkpoint in MLX's format: configuration, graph, and weights to be had when a backend wants them. All that can
 * be checked without a byte of weights is checked here: headers, shapes, quantization, and that graph and tensors fit.
 * @throws `CheckpointError`, `UnsupportedArchitectureError`, `UnsupportedFeatureError`; `AbortedError` by the signal; what the source
 * throws
 */
export async function readCheckpoint(source: ModelSource, options: ReadCheckpointOptions = {}): Promise<Checkpoint> {
  const { signal, architectures, task } = options;
  throwIfAborted(signal, `Reading ${source.name}`);
  const files = await source.list({ ...(signal && { signal }) });
  const { values: config, endTokens, samplingDefaults } = await readModelConfig(source, files, { signal });
  const architecture = findArchitecture(config, architectures);
  const settings = readQuantizationSettings(new ConfigReader(config));
  const foreign = readForeignQuantization(new ConfigReader(config));
  const stored = await readTensors(source, files, { signal });
  const plan = await planTask(architecture.plan(config, new Set(stored.keys())), { config, source, files, stored, task, signal });
  const { embedding } = plan;
  const tensors = sanitizeTensors(stored, (table) => {
    foreign.before?.(table);
    plan.sanitize(table);
    for (const tensor of plan.tensors) table.set(tensor.name, SymbolicTensor.source(tensor));
    foreign.after?.(table);
  });
  const quantizations = matchWeights(plan.graph, { source: source.name, tensors, settings });
  const graph = markBFloat16(plan.graph, quantizations);
  const weights = new CheckpointWeights({ source, tensors, quantizations });
  const modelType = new ConfigReader(config).string('model_type');
  const configuration = describeModel({ id: source.name, modelType, graph, tensors, quantizations, samplingDefaults });
  return { configuration, config, graph, weights, endTokens, task: plan.task, ...(embedding && { embedding }) };
}
