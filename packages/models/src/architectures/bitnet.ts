import type { ValueId } from '@mlxengine/core/graph';
import { modulesWith, setParts } from '../checkpoint/foreign/quantized-modules.js';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { repackTernary } from '../sanitize/rewrites.js';
import { isFloatDtype } from '../tensors/dtype.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { attend, joinHeads, projectHeads } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { checkActivation } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';
import { unsupported } from './parts/unsupported.js';

interface BitNetArguments extends DecoderArguments {
  readonly bias: boolean;
  readonly mlpBias: boolean;
  readonly rope: RopeSettings;
  /** What a layer's scale does: divide where the config says `bitlinear`, as in transformers; else multiply, as in mlx-lm. */
  readonly scaleUse: 'multiply' | 'divide';
}

function readArguments(config: ConfigReader): BitNetArguments {
  checkActivation(config, ['relu2']);
  const args = readDecoder(config);
  return {
    ...args,
    bias: config.boolean('attention_bias', false),
    mlpBias: config.boolean('mlp_bias', false),
    rope: readRope(config, { dimensions: args.headDimension }),
    scaleUse: config.object('quantization_config')?.raw('linear_class') === 'bitlinear' ? 'divide' : 'multiply',
  };
}

function attention(graph: GraphBuilder, args: BitNetArguments, x: ValueId, path: string): ValueId {
  const { bias, rope, hiddenSize: dimensions } = args;
  const attended = joinHeads(graph, attend(graph, projectHeads(graph, x, path, args), { state: path, rope }));
  return graph.linear(rmsNorm(graph, args)(attended, `${path}.attn_sub_norm`), `${path}.o_proj`, { dimensions, bias });
}

function mlp(graph: GraphBuilder, args: BitNetArguments, x: ValueId, path: string): ValueId {
  const { intermediateSize: dimensions, hiddenSize, mlpBias: bias } = args;
  const gate = graph.linear(x, `${path}.gate_proj`, { dimensions, bias });
  const up = graph.linear(x, `${path}.up_proj`, { dimensions, bias });
  const inner = rmsNorm(graph, args)(graph.gated('relu2', gate, up), `${path}.ffn_sub_norm`);
  return graph.linear(inner, `${path}.down_proj`, { dimensions: hiddenSize, bias });
}

function buildGraph(graph: GraphBuilder, args: BitNetArguments): GraphResult {
  return decoder(graph, args, {
    layer: (x, path) => preNormLayer(graph, x, path, {
      norm: rmsNorm(graph, args),
      attention: (h) => attention(graph, args, h, `${path}.self_attn`),
      mlp: (h) => mlp(graph, args, h, `${path}.mlp`),
    }),
  });
}

/** Ternary weights of layers become affine ones of 2 bits; a ternary head goes by the config's quantization alone. */
function sanitize(tensors: CheckpointTensors, args: BitNetArguments): void {
  dropUnused(tensors, args);
  // Weights before they were made ternary: they would run, with other numbers than the model's.
  const dense = tensors.entries().find(([name, { dtype }]) => name.endsWith('_proj.weight') && isFloatDtype(dtype));
  if (dense !== undefined) throw unsupported(`BitNet with weights that are not packed (${dense[0]})`, 'Choose the checkpoint with packed weights.');
  for (const path of modulesWith(tensors, 'weight_scale').filter((found) => found.endsWith('_proj'))) {
    setParts(tensors, path, { ...repackTernary(tensors.take(`${path}.weight`), tensors.take(`${path}.weight_scale`), args.scaleUse) });
  }
}

/** BitNet b1.58. Source: mlx-lm `models/bitnet.py` and `models/bitlinear_layers.py`. */
export const bitnet: Architecture = defineArchitecture({ modelType: 'bitnet', readArguments, buildGraph, sanitize });
