import type { ConfigReader } from '../config/config-reader.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { buildCohere, readCohere } from './cohere.js';
import type { CohereArguments } from './cohere.js';
import { limits } from './limits.js';
import { everyNth, readAttentionTypes, readWindows } from './parts/layer-types.js';
import { dropUnused } from './parts/sanitize.js';

const defaults = {
  hidden_size: 4096, head_dim: 128, num_hidden_layers: 32, intermediate_size: 14336, num_attention_heads: 32, num_key_value_heads: 8,
  rope_theta: 50000, vocab_size: 256000, layer_norm_eps: 1e-5, sliding_window: 4096, sliding_window_pattern: 4,
};

function readArguments(given: ConfigReader): CohereArguments {
  const config = given.withDefaults(defaults);
  const pattern = everyNth(config.integer('sliding_window_pattern', limits.layers));
  const cohere = readCohere(config, 'read');
  // mlx-lm knows only the pattern, so it goes before the list.
  const types = given.has('sliding_window_pattern')
    ? Array.from({ length: cohere.layers }, (_, layer) => pattern(layer))
    : readAttentionTypes(config, cohere.layers, pattern);
  return {
    ...cohere,
    queryKeyNorm: false,
    ropes: cohere.ropes.map((rope, layer) => (types[layer] === 'full_attention' ? undefined : rope)),
    windows: readWindows(config, types),
  };
}

/** Command R7B and A: Cohere with windows, whose full layers do not rotate. Source: mlx-lm `models/cohere2.py`. */
export const cohere2: Architecture = defineArchitecture({ modelType: 'cohere2', readArguments, buildGraph: buildCohere, sanitize: dropUnused });
