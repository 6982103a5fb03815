import type { ConfigReader } from '../config/config-reader.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { limits } from './limits.js';
import { buildLlama, readLlama } from './llama.js';
import type { LlamaArguments } from './llama.js';
import { dropUnused } from './parts/sanitize.js';

function readArguments(config: ConfigReader): LlamaArguments {
  const args = readLlama(config);
  const rotates = readRotatingLayers(config, args.layers);
  return { ...args, ropes: args.ropes.map((rope, layer) => (rotates[layer] ? rope : undefined)) };
}

/** `no_rope_layers` is 1 where a layer does rotate. */
function readRotatingLayers(config: ConfigReader, layers: number): readonly boolean[] {
  const interval = config.integer('no_rope_layer_interval', limits.layers, 4);
  const listed: unknown = config.raw('no_rope_layers') ?? Array.from({ length: layers }, (_, layer) => Number((layer + 1) % interval !== 0));
  const flags: readonly unknown[] = [0, 1, false, true];
  if (Array.isArray(listed) && listed.length === layers && listed.every((item) => flags.includes(item))) return listed.map(Boolean);
  throw config.invalid('no_rope_layers', `[${layers} × 0 | 1]`);
}

/** SmolLM 3: Llama with layers that do not rotate. Source: mlx-lm `models/smollm3.py`. */
export const smollm3: Architecture = defineArchitecture({ modelType: 'smollm3', readArguments, buildGraph: buildLlama, sanitize: dropUnused });
