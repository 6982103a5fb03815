import type { ConfigReader } from '../config/config-reader.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { buildLlama, readLlama } from './llama.js';
import type { LlamaArguments } from './llama.js';
import { dropUnused } from './parts/sanitize.js';

function readArguments(config: ConfigReader): LlamaArguments {
  const bias = config.boolean('use_bias', false);
  return { ...readLlama(config.withDefaults({ rope_traditional: true })), attentionBias: bias, mlpBias: bias };
}

/** ERNIE 4.5: Llama whose rotation pairs neighbours. Source: mlx-lm `models/ernie4_5.py`. */
export const ernie4_5: Architecture = defineArchitecture({ modelType: 'ernie4_5', readArguments, buildGraph: buildLlama, sanitize: dropUnused });
