import type { ValueId } from '@mlxengine/core/graph';
import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { RopeSettings } from '../graph/rope-settings.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { selfAttention } from './parts/attention.js';
import { readDecoder } from './parts/decoder-arguments.js';
import type { DecoderArguments } from './parts/decoder-arguments.js';
import { decoder, preNormLayer, rmsNorm } from './parts/decoder.js';
import { checkActivation, gatedMlp } from './parts/mlp.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

interface MiMoArguments extends DecoderArguments {
  readonly rope: RopeSettings;
}

function readArguments(given: ConfigReader): MiMoArguments {
  const config = given.withDefaults({ max_position_embeddings: 32768, tie_word_embeddings: false });
  checkActivation(config, ['silu', 'swish']);
  const args = readDecoder(config, { headDimension: 'derived' });
  return { ...args, rope: readRope(config, { dimensions: args.headDimension }) };
}

function transformerBlock(graph: GraphBuilder, args: MiMoArguments, x: ValueId, path: string): ValueId {
  return preNormLayer(graph, x, path, {
    norm: rmsNorm(graph, args),
    attention: (h) => selfAttention(graph, h, `${path}.self_attn`, { ...args, bias: true }),
    mlp: (h) => gatedMlp(graph, h, `${path}.mlp`, args),
  });
}

function buildGraph(graph: GraphBuilder, args: MiMoArguments): GraphResult {
  return decoder(graph, args, { layer: (x, path) => transformerBlock(graph, args, x, path) });
}

/** Without the layers that predict tokens further on, which mlx-lm does not run either. */
function sanitize(tensors: CheckpointTensors, args: MiMoArguments): void {
  dropUnused(tensors, args);
  tensors.drop((name) => name.startsWith('model.mtp_layers.'));
}

/** MiMo. Source: mlx-lm `models/mimo.py`. */
export const mimo: Architecture = defineArchitecture({ modelType: 'mimo', readArguments, buildGraph, sanitize });
