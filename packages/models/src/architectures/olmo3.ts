import type { ConfigReader } from '../config/config-reader.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { readLlama } from './llama.js';
import type { LlamaArguments } from './llama.js';
import { buildOlmo2 } from './olmo2.js';
import { everyNth, readAttentionTypes, readWindows } from './parts/layer-types.js';
import { readRope } from './parts/rope.js';
import { dropUnused } from './parts/sanitize.js';

function readArguments(config: ConfigReader): LlamaArguments {
  const llama = readLlama(config.withDefaults({ tie_word_embeddings: false }));
  const types = readAttentionTypes(config, llama.layers, everyNth(4));
  const full = readRope(config, { dimensions: llama.headDimension, traditional: false });
  const sliding = readRope(config, { dimensions: llama.headDimension, traditional: false, scaling: null });
  return { ...llama, mlpBias: false, windows: readWindows(config, types), ropes: types.map((type) => (type === 'full_attention' ? full : sliding)) };
}

/** OLMo 3: OLMo 2 with windows, whose layers rotate without scaling. Source: mlx-lm `models/olmo3.py`. */
export const olmo3: Architecture = defineArchitecture({ modelType: 'olmo3', readArguments, buildGraph: buildOlmo2, sanitize: dropUnused });
