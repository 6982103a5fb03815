import type { ValueId } from '@mlxengine/core/graph';
import { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { head, rmsNorm } from './parts/decoder.js';
import { dropSharedKeys, everyNth, readAttentionTypes, readKeyLayers, readWindows } from './parts/layer-types.js';
import type { AttentionType } from './parts/layer-types.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { sharingAttention } from './parts/sharing-attention.js';
import type { KeyValues } from './parts/sharing-attention.js';

/** Heads of a layer, which differ between those that slide and the others. */
interface LayerHeads {
  readonly headDimension: number;
  readonly keyValueHeads: number;
  readonly keysAreValues: boolean;
  readonly rope: RopeSettings;
  readonly window: number | undefined;
}

interface ExpertArguments {
  readonly experts: number;
  readonly count: number;
  readonly size: number;
}

/** What the configuration of Gemma 4's text part says. */
export interface Gemma4Arguments extends DecoderArguments {
  /** Of each layer. */
  readonly layerHeads: readonly LayerHeads[];
  /** For each layer the one whose keys and values it reads. */
  readonly keyLayers: readonly number[];
  /** Whether MLPs of layers that read another's keys are twice as wide. */
  readonly doubleWide: boolean;
  readonly experts: ExpertArguments | undefined;
  readonly perLayerVocabulary: number;
  /** 0: there are no inputs for each layer. */
  readonly perLayerSize: number;
  readonly finalSoftcap: number | undefined;
}

const defaults = {
  hidden_size: 1536, num_hidden_layers: 35, intermediate_size: 6144, num_attention_heads: 8, head_dim: 256, rms_norm_eps: 1e-6, vocab_size: 262144,
  num_key_value_heads: 1, sliding_window: 512, max_position_embeddings: 131072,
  rope_parameters: {
    full_attention: { partial_rotary_factor: 0.25, rope_theta: 1e6, rope_type: 'proportional' },
    sliding_attention: { rope_theta: 1e4, rope_type: 'default' },
  },
};

/** Reads what {@link buildGemma4} takes. */
export function readGemma4(given: ConfigReader): Gemma4Arguments {
  const config = given.withDefaults(defaults).withDefaultsUnlessNull({ global_head_dim: 512 });
  checkActivation(config, ['gelu_pytorch_tanh'], 'hidden_activation');
  const args = readDecoder(config);
  const pattern = everyNth(config.integer('sliding_window_pattern', limits.layers, 5));
  const types = readAttentionTypes(config, args.layers, pattern);
  const windows = readWindows(config, types);
  return {
    ...args,
    layerHeads: types.map((type, layer) => ({ ...readLayerHeads(config, args, type), window: windows[layer] })),
    keyLayers: readKeyLayers(config, types, 20),
    doubleWide: config.boolean('use_double_wide_mlp', true),
    experts: config.boolean('enable_moe_block', false) ? readExperts(config) : undefined,
    perLayerVocabulary: config.integer('vocab_size_per_layer_input', limits.vocabulary, 262144),
    perLayerSize: config.integer('hidden_size_per_layer_input', { ...limits.hiddenSize, minimum: 0 }, given.isNull('hidden_size_per_layer_input') ? 0 : 256),
    finalSoftcap: given.isNull('final_logit_softcapping') ? undefined : config.number('final_logit_softcapping', limits.scalar, 30),
  };
}

function readLayerHeads(config: ConfigReader, args: DecoderArguments, type: AttentionType): Omit<LayerHeads, 'window'> {
  const full = type === 'full_attention';
  const global = config.integer('global_head_dim', { ...limits.headDimension, minimum: 0 }, 0);
  const headDimension = full && global > 0 ? global : args.headDimension;
  const keysAreValues = full && config.boolean('attention_k_eq_v', false);
  const keyValueHeads = keysAreValues ? config.integer('num_global_key_value_heads', limits.heads, args.keyValueHeads) : args.keyValueHeads;
  const parameters = config.object('rope_parameters')?.object(type) ?? new ConfigReader({});
  const traditional = config.boolean('rope_traditional', false);
  return { headDimension, keyValueHeads, keysAreValues, rope: readRope(parameters, { dimensions: headDimension, traditional, scaling: parameters }) };
}

function readExperts(config: ConfigReader): ExpertArguments {
  const experts = config.integer('num_experts', limits.hiddenSize);
  return {
    experts,
    count: config.integer('top_k_experts', { minimum: 1, maximum: experts }),
    size: config.integer('moe_intermediate_size', limits.intermediateSize),
  };
}

function mixture(graph: GraphBuilder, args: Gemma4Arguments, h: ValueId, path: string, { experts, count, size }: ExpertArguments): ValueId {
  const { hiddenSize, epsilon } = args;
  const normed = graph.multiply(graph.rmsNorm(h, undefined, { epsilon }), graph.parameter(`${path}.router.scale`, [hiddenSize]));
  const scores = graph.linear(graph.scale(normed, hiddenSize ** -0.5), `${path}.router.proj`, { dimensions: experts });
  const { indices, weights } = graph.route(scores, { count, scoring: 'logits', softmax: true, expertScale: `${path}.router.per_expert_scale` });
  const x = rmsNorm(graph, args)(h, `${path}.pre_feedforward_layernorm_2`);
  const expert = (input: ValueId, name: string, dimensions: number): ValueId => {
    return graph.expertLinear(input, indices, `${path}.experts.switch_glu.${name}`, { experts, dimensions });
  };
  const active = graph.gated('geluTanh', expert(x, 'gate_proj', size), expert(x, 'up_proj', size));
  return graph.combine(expert(active, 'down_proj', hiddenSize), weights);
}

function feedForward(graph: GraphBuilder, args: Gemma4Arguments, h: ValueId, path: string, layer: number): ValueId {
  const { experts, doubleWide, keyLayers } = args;
  const norm = rmsNorm(graph, args);
  const intermediateSize = args.intermediateSize * (doubleWide && keyLayers[layer] !== layer ? 2 : 1);
  const dense = gatedMlp(graph, norm(h, `${path}.pre_feedforward_layernorm`), `${path}.mlp`, { ...args, intermediateSize, activation: 'geluTanh' });
  if (experts === undefined) return dense;
  const sparse = norm(mixture(graph, args, h, path, experts), `${path}.post_feedforward_layernorm_2`);
  return graph.add(norm(dense, `${path}.post_feedforward_layernorm_1`), sparse);
}

function addPerLayerInput(graph: GraphBuilder, args: Gemma4Arguments, h: ValueId, input: ValueId, path: string): ValueId {
  const gate = graph.linear(h, `${path}.per_layer_input_gate`, { dimensions: args.perLayerSize });
  const projected = graph.linear(graph.gated('geluTanh', gate, input), `${path}.per_layer_projection`, { dimensions: args.hiddenSize });
  return graph.add(h, rmsNorm(graph, args)(projected, `${path}.post_per_layer_input_norm`));
}

interface LayerInputs {
  readonly x: ValueId;
  /** `[tokens, layers, perLayerSize]` */
  readonly perLayer: ValueId | undefined;
  /** Keys and values of the layers before. */
  readonly keyValues: KeyValues[];
}

function decoderLayer(graph: GraphBuilder, args: Gemma4Arguments, { x, perLayer, keyValues }: LayerInputs, path: string, layer: number): ValueId {
  const norm = rmsNorm(graph, args);
  const { output, keyValues: own } = sharingAttention(graph, norm(x, `${path}.input_layernorm`), `${path}.self_attn`, {
    ...args, ...(args.layerHeads[layer] as LayerHeads), shared: keyValues[args.keyLayers[layer] as number],
  });
  keyValues[layer] = own;
  let h = graph.add(x, norm(output, `${path}.post_attention_layernorm`));
  h = graph.add(h, norm(feedForward(graph, args, h, path, layer), `${path}.post_feedforward_layernorm`));
  if (perLayer !== undefined) {
    const input = graph.reshape(graph.slice(perLayer, 0, layer, layer + 1), [args.perLayerSize]);
    h = addPerLayerInput(graph, args, h, input, path);
  }
  return graph.multiply(h, graph.parameter(`${path}.layer_scalar`, [1]));
}

function perLayerInputs(graph: GraphBuilder, args: Gemma4Arguments, tokens: ValueId, h: ValueId, model: string): ValueId | undefined {
  const { layers, hiddenSize, perLayerSize, perLayerVocabulary: rows } = args;
  if (perLayerSize === 0) return undefined;
  const dimensions = layers * perLayerSize;
  const embedded = graph.embedding(tokens, `${model}.embed_tokens_per_layer`, { rows, dimensions, ...(rows < args.vocabularySize && { limit: rows }) });
  const projected = graph.scale(graph.linear(h, `${model}.per_layer_model_projection`, { dimensions }), hiddenSize ** -0.5);
  const normed = rmsNorm(graph, args)(graph.reshape(projected, [layers, perLayerSize]), `${model}.per_layer_projection_norm`);
  return graph.scale(graph.add(normed, graph.scale(graph.reshape(embedded, [layers, perLayerSize]), perLayerSize ** 0.5)), 2 ** -0.5);
}

/** The graph of {@link readGemma4}'s arguments. */
export function buildGemma4(graph: GraphBuilder, args: Gemma4Arguments, prefix = ''): GraphResult {
  const { vocabularySize: rows, hiddenSize: dimensions, contextLength, finalSoftcap } = args;
  const model = `${prefix}model`;
  const tokens = graph.tokens();
  const keyValues: KeyValues[] = [];
  let x = graph.scale(graph.embedding(tokens, `${model}.embed_tokens`, { rows, dimensions }), dimensions ** 0.5);
  const perLayer = perLayerInputs(graph, args, tokens, x, model);
  for (let layer = 0; layer < args.layers; layer += 1) x = decoderLayer(graph, args, { x, perLayer, keyValues }, `${model}.layers.${layer}`, layer);
  const logits = head(graph, rmsNorm(graph, args)(graph.selectRows(x), `${model}.norm`), args, { prefix });
  return { logits: finalSoftcap === undefined ? logits : graph.softcap(logits, finalSoftcap), contextLength };
}

/** Brings the tensors to those of {@link buildGemma4}. */
export function sanitizeGemma4(tensors: CheckpointTensors, args: Gemma4Arguments, prefix = ''): void {
  tensors.drop((name) => /self_attn\.rotary_emb|(input|output)_(max|min)/.test(name));
  dropSharedKeys(tensors, args.keyLayers, `${prefix}model`);
  dropUnused(tensors, { tieWordEmbeddings: args.tieWordEmbeddings, prefix });
  for (const name of tensors.names()) {
    if (name.endsWith('.experts.down_proj')) tensors.set(name.replace(/down_proj$/, 'switch_glu.down_proj.weight'), tensors.take(name));
    if (!name.endsWith('.experts.gate_up_proj')) continue;
    for (const [part, tensor] of tensors.take(name).split(2, -2).entries()) {
      tensors.set(name.replace(/gate_up_proj$/, `switch_glu.${part === 0 ? 'gate' : 'up'}_proj.weight`), tensor);
    }
  }
}

/** Gemma 4 without its eyes and ears. Source: mlx-lm `models/gemma4_text.py`. */
export const gemma4_text: Architecture = defineArchitecture({
  modelType: 'gemma4_text', readArguments: readGemma4, buildGraph: buildGemma4, sanitize: sanitizeGemma4,
});
