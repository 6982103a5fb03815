import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, layerNorm } from './parts/decoder.js';
import { checkActivation, plainMlp } from './parts/mlp.js';
import { partialRotary, readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface PhiArguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

function readArguments(given: ConfigReader): PhiArguments {
  const config = given.withDefaults({
    vocab_size: 51200, hidden_size: 2560, num_attention_heads: 32, num_hidden_layers: 32, intermediate_size: 10240, layer_norm_eps: 1e-5,
  });
  checkActivation(config, ['gelu_new', 'gelu_pytorch_tanh']);
  const args = readDecoder(config, { epsilon: 'layer_norm_eps', headDimension: 'derived' });
  if (args.hiddenSize % args.heads !== 0) throw config.invalid('hidden_size', `${args.heads} · n`);
  const dimensions = partialRotary(config, args.headDimension, 0.4);
  return { ...args, tieWordEmbeddings: false, rope: readRope(config, { dimensions, traditional: false, scaling: null }) };
}

function decoderLayer(graph: GraphBuilder, args: PhiArguments, x: ValueId, path: string): ValueId {
  const h = layerNorm(graph, args)(x, `${path}.input_layernorm`);
  const attended = selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: true, outputBias: true, output: 'dense' });
  const changed = plainMlp(graph, h, `${path}.mlp`, { ...args, activation: 'geluTanh', bias: true, names: ['fc1', 'fc2'] });
  return graph.add(graph.add(attended, changed), x);
}

function buildGraph(graph: GraphBuilder, args: PhiArguments): GraphResult {
  return decoder(graph, args, {
    layer: (x, path) => decoderLayer(graph, args, x, path),
    norm: layerNorm(graph, args),
    normName: 'final_layernorm',
    headBias: true,
  });
}

/** Phi 1 to 2. Source: mlx-lm `models/phi.py`. */
export const phi: Architecture = defineArchitecture({
  modelType: 'phi', readArguments, buildGraph, sanitize: (tensors) => dropUnused(tensors),
});
