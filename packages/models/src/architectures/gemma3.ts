import type { ConfigReader } from '../config/config-reader.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { buildGemma3, readGemma3 } from './gemma3_text.js';
import type { Gemma3Arguments } from './gemma3_text.js';
import { limits } from './limits.js';
import { dropUnused } from './parts/sanitize.js';

const prefix = 'language_model.';

function readArguments(config: ConfigReader, names: ReadonlySet<string>): Gemma3Arguments {
  const text = config.object('text_config');
  if (text === undefined) throw config.invalid('text_config', '{…}');
  const vocabulary = config.integer('vocab_size', limits.vocabulary, 262208);
  return { ...readGemma3(text.withDefaults({ vocab_size: vocabulary, num_attention_heads: 8, num_key_value_heads: 4 }), names, prefix), vocabularySize: vocabulary };
}

/** The text part of Gemma 3. Source: mlx-lm `models/gemma3.py`. */
export const gemma3: Architecture = defineArchitecture({
  modelType: 'gemma3',
  readArguments,
  buildGraph: (graph, args) => buildGemma3(graph, args, prefix),
  sanitize: (tensors, { tieWordEmbeddings }) => {
    tensors.drop((name) => /^(vision_tower|multi_modal_projector)\./.test(name));
    dropUnused(tensors, { tieWordEmbeddings, prefix });
  },
});
