import { UnsupportedFeatureError } from '@mlxengine/core';
import type { ModelFile, ModelSource, TensorInformation } from '@mlxengine/core';
import type { ModelGraph } from '@mlxengine/core/graph';
import type { ArchitecturePlan } from '../architectures/architecture.js';
import { readLabels } from '../architectures/parts/encoder.js';
import type { LocatedTensor } from '../checkpoint/located-tensor.js';
import { ConfigReader } from '../config/config-reader.js';
import { readSafetensorsHeader } from '../safetensors/read-header.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { plainEmbedding, readEmbeddingSettings } from './read-sentence-transformers.js';
import type { EmbeddingModule, EmbeddingSettings } from './read-sentence-transformers.js';
import { decoderAsEncoder, decoderAsScorer, withModules, withScore } from './vector-graph.js';

/** What a model is loaded for: text, vectors of texts, or how well texts answer a query. */
export type ModelTask = 'generate' | 'embed' | 'rerank';

/** A family's plan for one task. */
export interface TaskPlan extends ArchitecturePlan {
  readonly task: ModelTask;
  /** Of the task `embed`. */
  readonly embedding?: EmbeddingSettings;
  /** Tensors beside the model's own, of sentence-transformers' dense modules. */
  readonly tensors: readonly LocatedTensor[];
}

/** What planning a task takes. */
export interface TaskContext {
  readonly config: Readonly<Record<string, unknown>>;
  readonly source: ModelSource;
  readonly files: readonly ModelFile[];
  /** The checkpoint's, as its files have them. */
  readonly stored: ReadonlyMap<string, TensorInformation>;
  /** Default: what the model was made for. */
  readonly task?: ModelTask | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fits a family's graph to the task. A model that generates also embeds and scores.
 * @throws `UnsupportedFeatureError` where it cannot do the task
 */
export async function planTask(plan: ArchitecturePlan, context: TaskContext): Promise<TaskPlan> {
  const { source, files, signal } = context;
  const settings = await readEmbeddingSettings(source, files, { signal, modules: mergedModules(context.stored) });
  const task = context.task ?? ownTask(plan.graph, context, settings);
  const { outputs } = plan.graph;
  const encodes = outputs.logits === undefined;
  if (task === 'generate') return { ...plan, task, tensors: [] };
  if (task === 'rerank') return { ...rerankPlan(plan, context.config), task, tensors: [] };
  if (outputs.pooled !== undefined) throw unsupported(plan.graph, 'embedding', 'It is a classifier: load it with loadReranker.');
  const bidirectional = isBidirectional(context.config);
  if (!encodes && settings === undefined && !bidirectional && !embedsWithoutFiles(plan.graph, context)) {
    throw unsupported(plan.graph, 'embedding', 'It generates text, and nothing beside it says how it embeds: load it with loadModel, or an embedding model here.');
  }
  const embedding = settings ?? (encodes || bidirectional ? plainEmbedding : lastTokenEmbedding);
  const { graph, hidden } = encodes ? { graph: plan.graph, hidden: outputs.hidden! } : decoderAsEncoder(plan.graph, { bidirectional });
  return {
    task, embedding, graph: withModules(graph, hidden, embedding.modules),
    sanitize: encodes ? (tensors) => plan.sanitize(tensors) : (tensors) => sanitizeDecoder(plan, tensors),
    tensors: await readDenseModules(embedding, context),
  };
}

/** Decoders that embed without saying how mean the last token's vector, made one long. */
const lastTokenEmbedding: EmbeddingSettings = { ...plainEmbedding, modules: [{ type: 'pooling', modes: ['last'] }, { type: 'normalize' }] };

function ownTask(graph: ModelGraph, context: TaskContext, settings: EmbeddingSettings | undefined): ModelTask {
  if (graph.outputs.logits === undefined) return graph.outputs.pooled === undefined ? 'embed' : 'rerank';
  if (readLabels(new ConfigReader(context.config)) !== undefined) return 'rerank';
  return settings !== undefined || isHeadless(context) || isBidirectional(context.config) ? 'embed' : 'generate';
}

/** Families whose embedding models and rerankers are configured like those that generate. */
const likeGenerators = ['qwen3'];

function embedsWithoutFiles({ architecture }: ModelGraph, context: TaskContext): boolean {
  return likeGenerators.includes(architecture) || isHeadless(context);
}

/** `Qwen3Model` rather than `Qwen3ForCausalLM`. */
function isHeadless({ config, stored }: TaskContext): boolean {
  const names = new ConfigReader(config).optionalStrings('architectures');
  return names?.every((name) => /(?<!LMHead)Model$/.test(name)) === true && !stored.has('lm_head.weight');
}

function isBidirectional(config: Readonly<Record<string, unknown>>): boolean {
  return new ConfigReader(config).boolean('use_bidirectional_attention', false);
}

/** mlx-embeddings puts the dense modules of EmbeddingGemma among the model's tensors; what is around them is always the same. */
function mergedModules(stored: TaskContext['stored']): readonly EmbeddingModule[] | undefined {
  const dense: EmbeddingModule[] = [];
  for (let index = 0; stored.has(`dense.${index}.weight`); index += 1) {
    const path = `dense.${index}`;
    dense.push({ type: 'dense', path, activation: undefined, dimensions: stored.get(`${path}.weight`)?.shape[0] ?? 0, bias: stored.has(`${path}.bias`) });
  }
  return dense.length === 0 ? undefined : [{ type: 'pooling', modes: ['mean'] }, ...dense, { type: 'normalize' }];
}

function rerankPlan(plan: ArchitecturePlan, config: Readonly<Record<string, unknown>>): ArchitecturePlan {
  const { graph } = plan;
  if (graph.outputs.pooled !== undefined) return plan;
  if (graph.outputs.logits === undefined) throw unsupported(graph, 'reranking', 'It has no classifier: load it with loadEmbeddingModel.');
  const labels = readLabels(new ConfigReader(config));
  if (labels === undefined && !likeGenerators.includes(graph.architecture)) {
    throw unsupported(graph, 'reranking', 'It generates text: load it with loadModel, or a reranker here.');
  }
  if (labels === undefined) return { graph: decoderAsScorer(graph, { bidirectional: false }), sanitize: (tensors) => plan.sanitize(tensors) };
  const encoder = decoderAsEncoder(graph, { bidirectional: false });
  return { graph: withScore(encoder.graph, encoder.hidden, labels), sanitize: (tensors) => sanitizeDecoder(plan, tensors) };
}

/** Models without a head are stored without `model.` before their names, too; a head that is there is read no more. */
function sanitizeDecoder(plan: ArchitecturePlan, tensors: CheckpointTensors): void {
  const bare = tensors.names().some((name) => name.startsWith('layers.'));
  if (bare) tensors.rename((name) => (/^(layers|embed_tokens|norm)\./.test(name) ? `model.${name}` : name));
  tensors.rename((name) => name.replace(/^dense\.\d+\.(?!linear\.)/, '$&linear.'));
  plan.sanitize(tensors);
  tensors.drop((name) => name.startsWith('lm_head.'));
}

async function readDenseModules({ modules }: EmbeddingSettings, { source, files, stored, signal }: TaskContext): Promise<readonly LocatedTensor[]> {
  const found: LocatedTensor[] = [];
  for (const module of modules) {
    if (module.type !== 'dense' || stored.has(`${module.path}.weight`)) continue;
    const file = files.find(({ path }) => path === `${module.path}/model.safetensors`);
    if (file === undefined) throw unsupportedDense(module.path);
    const entries = await readSafetensorsHeader(source, file, { signal });
    found.push(...entries.map((entry) => ({ ...entry, name: `${module.path}.${entry.name}`, file: file.path })));
  }
  return found;
}

function unsupported({ architecture }: ModelGraph, feature: string, remedy: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', { component: `This model of the architecture ${architecture}`, feature, remedy });
}

function unsupportedDense(path: string): UnsupportedFeatureError {
  return new UnsupportedFeatureError('feature.unsupported', {
    component: 'This version of @mlxengine/models', feature: `the module ${path} without model.safetensors`, remedy: 'Download the model completely.',
  });
}
