import { ConfigReader } from '../config/config-reader.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture } from './architecture.js';
import { buildGemma4, readGemma4, sanitizeGemma4 } from './gemma4_text.js';
import type { Gemma4Arguments } from './gemma4_text.js';
import { limits } from './limits.js';

const prefix = 'language_model.';
const otherSenses = /^(model\.)?(vision_tower|multi_modal_projector|audio_tower|embed_audio|embed_vision|vision_embedder)/;

function readArguments(config: ConfigReader): Gemma4Arguments {
  const vocabularySize = config.integer('vocab_size', limits.vocabulary, 262144);
  return { ...readGemma4(config.object('text_config') ?? new ConfigReader({})), vocabularySize };
}

function sanitize(tensors: CheckpointTensors, args: Gemma4Arguments): void {
  tensors.drop((name) => otherSenses.test(name));
  tensors.rename((name) => name.replace(/^model\.language_model\./, `${prefix}model.`).replace(/^(model\.)?lm_head\./, `${prefix}lm_head.`));
  sanitizeGemma4(tensors, args, prefix);
}

/** The text part of Gemma 4. Source: mlx-lm `models/gemma4.py`. */
export const gemma4: Architecture = defineArchitecture({
  modelType: 'gemma4',
  aliases: ['gemma4_unified'],
  readArguments,
  buildGraph: (graph, args) => buildGemma4(graph, args, prefix),
  sanitize,
});
