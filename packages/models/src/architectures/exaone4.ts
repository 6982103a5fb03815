import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, rmsNorm } from './parts/decoder.js';
import { readAttentionTypes, readWindows } from './parts/layer-types.js';
import type { AttentionType } from './parts/layer-types.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface Exaone4Arguments extends DecoderArguments {
  readonly ropes: readonly (RopeSettings | undefined)[];
  readonly windows: readonly (number | undefined)[];
}

function readArguments(config: ConfigReader): Exaone4Arguments {
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config);
  const types = readAttentionTypes(config, args.layers, readPattern(config));
  const rope = readRope(config, { dimensions: args.headDimension, traditional: false });
  // Full layers among sliding ones do not rotate.
  const alone = types.every((type) => type === 'full_attention');
  return { ...args, ropes: types.map((type) => (alone || type === 'sliding_attention' ? rope : undefined)), windows: readWindows(config, types) };
}

/** A word such as `LLLG` for local and global layers, again and again; none: all are global. */
function readPattern(config: ConfigReader): (layer: number) => AttentionType {
  if (!config.has('sliding_window_pattern')) return () => 'full_attention';
  const pattern = config.string('sliding_window_pattern');
  if (!/^[LG]{1,1024}$/.test(pattern)) throw config.invalid('sliding_window_pattern', '"L…G"');
  return (layer) => (pattern[layer % pattern.length] === 'L' ? 'sliding_attention' : 'full_attention');
}

/** A layer that norms what its parts give, and each head's queries and keys. */
function transformerBlock(graph: GraphBuilder, args: Exaone4Arguments, x: ValueId, path: string, layer: number): ValueId {
  const norm = rmsNorm(graph, args);
  const attended = selfAttention(graph, x, `${path}.self_attn`, {
    ...args, rope: args.ropes[layer], window: args.windows[layer], split: (value, name) => norm(value, `${path}.self_attn.${name}`),
  });
  const h = graph.add(x, norm(attended, `${path}.post_attention_layernorm`));
  return graph.add(h, norm(gatedMlp(graph, h, `${path}.mlp`, args), `${path}.post_feedforward_layernorm`));
}

function buildGraph(graph: GraphBuilder, args: Exaone4Arguments): GraphResult {
  return decoder(graph, args, { layer: (x, path, layer) => transformerBlock(graph, args, x, path, layer) });
}

/** EXAONE 4.0. Source: mlx-lm `models/exaone4.py`. */
export const exaone4: Architecture = defineArchitecture({ modelType: 'exaone4', readArguments, buildGraph, sanitize: dropUnused });
