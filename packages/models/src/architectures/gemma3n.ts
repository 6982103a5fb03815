import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { limits } from './limits.js';
import { readTrunk } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { rmsNorm } from './parts/decoder.js';
import { dropSharedKeys, readAttentionTypes, readKeyLayers, readPerLayer, readWindows } from './parts/layer-types.js';
import { checkActivation } from './parts/mlp.js';
import { normalQuantile } from './parts/normal-quantile.js';
import { readRope } from './parts/rope.js';
import { sharingAttention } from './parts/sharing-attention.js';
import type { KeyValues } from './parts/sharing-attention.js';

const model = 'model.language_model';

/** Streams are the copies of the residual that each layer predicts and corrects (AltUp). */
interface Gemma3nArguments extends Omit<DecoderArguments, 'intermediateSize'> {
  readonly intermediateSizes: readonly number[];
  readonly ropes: readonly RopeSettings[];
  readonly windows: readonly (number | undefined)[];
  readonly keyLayers: readonly number[];
  /** Share of each layer's gates that is cut off. */
  readonly sparsity: readonly number[];
  readonly perLayerVocabulary: number;
  readonly perLayerSize: number;
  readonly streams: number;
  readonly activeStream: number;
  readonly coefficientClip: number | undefined;
  readonly correctScale: boolean;
  readonly laurelRank: number;
  readonly finalSoftcap: number | undefined;
}

function readArguments(config: ConfigReader): Gemma3nArguments {
  const text = config.object('text_config');
  if (text === undefined) throw config.invalid('text_config', '{…}');
  checkActivation(text, ['gelu_pytorch_tanh'], 'hidden_activation');
  const args = readTrunk(text);
  const { layers, headDimension: dimensions } = args;
  const types = readAttentionTypes(text, layers);
  const streams = text.integer('altup_num_inputs', { minimum: 2, maximum: 64 });
  const global = readRope(text, { dimensions, traditional: false, scaling: null });
  const local = readRope(text, { dimensions, base: 'rope_local_base_freq', traditional: false, scaling: null });
  return {
    ...args,
    intermediateSizes: readPerLayer(text, 'intermediate_size', layers, limits.intermediateSize),
    ropes: types.map((type) => (type === 'full_attention' ? global : local)),
    windows: readWindows(text, types),
    keyLayers: readKeyLayers(text, types),
    sparsity: readPerLayer(text, 'activation_sparsity_pattern', layers, { minimum: 0, maximum: 0.999999 }, 0),
    perLayerVocabulary: text.integer('vocab_size_per_layer_input', limits.vocabulary),
    perLayerSize: text.integer('hidden_size_per_layer_input', limits.hiddenSize),
    streams,
    activeStream: text.integer('altup_active_idx', { minimum: 0, maximum: streams - 1 }),
    coefficientClip: text.optionalNumber('altup_coef_clip', limits.scalar),
    correctScale: text.boolean('altup_correct_scale'),
    laurelRank: text.integer('laurel_rank', limits.hiddenSize),
    finalSoftcap: text.optionalNumber('final_logit_softcapping', limits.scalar),
  };
}

function row(graph: GraphBuilder, x: ValueId, index: number): ValueId {
  const [, size = 0] = graph.dimensionsOf(x);
  return graph.reshape(graph.slice(x, 0, index, index + 1), [size]);
}

function asRow(graph: GraphBuilder, x: ValueId): ValueId {
  return graph.reshape(x, [1, ...graph.dimensionsOf(x)]);
}

function magnitude(graph: GraphBuilder, x: ValueId): ValueId {
  return graph.unary('sqrt', graph.reduce('mean', graph.unary('square', x)));
}

/** The first stream, and the others with its magnitude. */
function joinStreams(graph: GraphBuilder, first: ValueId, others: readonly ValueId[]): ValueId {
  const rows = graph.concat(others.map((other) => asRow(graph, other)), 0);
  const factor = graph.binary('divide', magnitude(graph, first), magnitude(graph, rows));
  return graph.concat([asRow(graph, first), graph.multiply(rows, factor)], 0);
}

function modalities(graph: GraphBuilder, args: Gemma3nArguments, x: ValueId, path: string): ValueId {
  const normed = graph.scale(rmsNorm(graph, args)(x, `${path}.router_norm`), 1 / args.hiddenSize);
  return graph.unary('tanh', graph.linear(normed, `${path}.modality_router`, { dimensions: args.streams }));
}

function predict(graph: GraphBuilder, args: Gemma3nArguments, x: ValueId, path: string): ValueId {
  const { streams, activeStream } = args;
  const routed = modalities(graph, args, row(graph, x, activeStream), path);
  const coefficients = graph.linear(routed, `${path}.prediction_coefs`, { dimensions: streams ** 2 });
  return graph.add(graph.matmul(graph.reshape(coefficients, [streams, streams]), x), x);
}

function correct(graph: GraphBuilder, args: Gemma3nArguments, predictions: ValueId, activated: ValueId, path: string): ValueId {
  const { streams, activeStream } = args;
  const routed = modalities(graph, args, activated, path);
  const coefficients = graph.scale(graph.linear(routed, `${path}.correction_coefs`, { dimensions: streams }), 1, 1);
  const innovation = graph.subtract(activated, row(graph, predictions, activeStream));
  return graph.add(graph.multiply(asRow(graph, innovation), graph.reshape(coefficients, [streams, 1])), predictions);
}

function laurel(graph: GraphBuilder, args: Gemma3nArguments, x: ValueId, path: string): ValueId {
  const left = graph.linear(x, `${path}.linear_left`, { dimensions: args.laurelRank });
  const right = graph.linear(left, `${path}.linear_right`, { dimensions: args.hiddenSize });
  return graph.add(x, rmsNorm(graph, args)(right, `${path}.post_laurel_norm`));
}

/** Gates below a share of a normal distribution of their mean and deviation are cut off. */
function cutGates(graph: GraphBuilder, gates: ValueId, share: number): ValueId {
  const cut = graph.add(graph.reduce('mean', gates), graph.scale(graph.reduce('deviation', gates), normalQuantile(share)));
  return graph.unary('relu', graph.subtract(gates, cut));
}

function mlp(graph: GraphBuilder, args: Gemma3nArguments, x: ValueId, path: string, layer: number): ValueId {
  const { [layer]: dimensions = 0 } = args.intermediateSizes;
  const { [layer]: share = 0 } = args.sparsity;
  const gates = graph.linear(x, `${path}.gate_proj`, { dimensions });
  const up = graph.linear(x, `${path}.up_proj`, { dimensions });
  const active = graph.gated('geluTanh', share > 0 ? cutGates(graph, gates, share) : gates, up);
  return graph.linear(active, `${path}.down_proj`, { dimensions: args.hiddenSize });
}

function addPerLayerInput(graph: GraphBuilder, args: Gemma3nArguments, corrected: ValueId, input: ValueId, path: string): ValueId {
  const { hiddenSize, activeStream, streams, correctScale, perLayerSize } = args;
  const active = row(graph, corrected, activeStream);
  const scaled = correctScale ? graph.multiply(active, graph.parameter(`${path}.altup.correct_output_scale`, [hiddenSize])) : active;
  const gated = graph.gated('geluTanh', graph.linear(scaled, `${path}.per_layer_input_gate`, { dimensions: perLayerSize }), input);
  const projected = graph.linear(gated, `${path}.per_layer_projection`, { dimensions: hiddenSize });
  const added = rmsNorm(graph, args)(projected, `${path}.post_per_layer_input_norm`);
  return graph.concat([graph.slice(corrected, 0, 0, 1), graph.add(graph.slice(corrected, 0, 1, streams), added)], 0);
}

interface LayerInputs {
  readonly x: ValueId;
  /** `[tokens, perLayerSize]` */
  readonly perLayer: ValueId;
  /** Keys and values of the layers before. */
  readonly keyValues: KeyValues[];
}

function decoderLayer(graph: GraphBuilder, args: Gemma3nArguments, { x, perLayer, keyValues }: LayerInputs, layer: number): ValueId {
  const path = `${model}.layers.${layer}`;
  const { ropes, windows, keyLayers } = args;
  const norm = rmsNorm(graph, args);
  const predictions = predict(graph, args, x, `${path}.altup`);
  const active = row(graph, predictions, args.activeStream);
  const normed = norm(active, `${path}.input_layernorm`);
  const { output, keyValues: own } = sharingAttention(graph, normed, `${path}.self_attn`, {
    ...args, rope: ropes[layer] as RopeSettings, window: windows[layer], shared: keyValues[keyLayers[layer] as number],
  });
  keyValues[layer] = own;
  const attended = graph.add(active, norm(output, `${path}.post_attention_layernorm`));
  const h = graph.scale(graph.add(attended, laurel(graph, args, normed, `${path}.laurel`)), 2 ** -0.5);
  const changed = mlp(graph, args, norm(h, `${path}.pre_feedforward_layernorm`), `${path}.mlp`, layer);
  const activated = graph.add(h, norm(changed, `${path}.post_feedforward_layernorm`));
  return addPerLayerInput(graph, args, correct(graph, args, predictions, activated, `${path}.altup`), perLayer, path);
}

/** `[tokens, layers, perLayerSize]` */
function perLayerInputs(graph: GraphBuilder, args: Gemma3nArguments, tokens: ValueId, h: ValueId): ValueId {
  const { layers, hiddenSize, perLayerSize, perLayerVocabulary } = args;
  const dimensions = layers * perLayerSize;
  const embedded = graph.embedding(tokens, `${model}.embed_tokens_per_layer`, { rows: perLayerVocabulary, dimensions, limit: perLayerVocabulary });
  const projected = graph.scale(graph.linear(h, `${model}.per_layer_model_projection`, { dimensions }), hiddenSize ** -0.5);
  const normed = rmsNorm(graph, args)(graph.reshape(projected, [layers, perLayerSize]), `${model}.per_layer_projection_norm`);
  return graph.scale(graph.add(normed, graph.scale(graph.reshape(embedded, [layers, perLayerSize]), perLayerSize ** 0.5)), 2 ** -0.5);
}

/** The mean of all streams. */
function leaveStreams(graph: GraphBuilder, args: Gemma3nArguments, x: ValueId): ValueId {
  const { streams, hiddenSize: dimensions } = args;
  const others = Array.from({ length: streams - 1 }, (_, i) => graph.linear(row(graph, x, i + 1), `${model}.altup_unembed_projections.${i}`, { dimensions }));
  const joined = joinStreams(graph, row(graph, x, 0), others);
  return graph.reshape(graph.reduce('mean', graph.transpose(joined, [1, 0])), [dimensions]);
}

function buildGraph(graph: GraphBuilder, args: Gemma3nArguments): GraphResult {
  const { vocabularySize, hiddenSize: dimensions, streams, contextLength, finalSoftcap } = args;
  const tokens = graph.tokens();
  const embedded = graph.embedding(tokens, `${model}.embed_tokens`, { rows: vocabularySize, dimensions });
  const h = graph.scale(embedded, dimensions ** 0.5);
  const inputs = perLayerInputs(graph, args, tokens, h);
  const others = Array.from({ length: streams - 1 }, (_, i) => graph.linear(h, `${model}.altup_projections.${i}`, { dimensions }));
  const keyValues: KeyValues[] = [];
  let x = joinStreams(graph, h, others);
  for (let layer = 0; layer < args.layers; layer += 1) x = decoderLayer(graph, args, { x, perLayer: row(graph, inputs, layer), keyValues }, layer);
  const last = rmsNorm(graph, args)(leaveStreams(graph, args, graph.selectRows(x)), `${model}.norm`);
  const logits = graph.linear(last, `${model}.embed_tokens`, { dimensions: vocabularySize });
  return { logits: finalSoftcap === undefined ? logits : graph.softcap(logits, finalSoftcap), contextLength };
}

function sanitize(tensors: CheckpointTensors, { keyLayers, correctScale, coefficientClip: clip }: Gemma3nArguments): void {
  tensors.drop((name) => /^(lm_head|model\.(vision_tower|audio_tower|embed_audio|embed_vision))\./.test(name));
  tensors.drop((name) => !correctScale && name.endsWith('.altup.correct_output_scale'));
  dropSharedKeys(tensors, keyLayers, model);
  if (clip === undefined) return;
  for (const name of tensors.names()) {
    if (/\.altup\.(prediction|correction)_coefs\.weight$/.test(name)) tensors.update(name, (tensor) => tensor.cast('F32').clip(-clip, clip));
  }
}

/** The text part of Gemma 3n. Source: mlx-lm `models/gemma3n.py`. */
export const gemma3n: Architecture = defineArchitecture({ modelType: 'gemma3n', readArguments, buildGraph, sanitize });
