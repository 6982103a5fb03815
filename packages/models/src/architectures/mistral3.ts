import type { ConfigReader } from '../config/config-reader.js';
import type { GraphBuilder } from '../graph/graph-builder.js';
import type { CheckpointTensors } from '../sanitize/checkpoint-tensors.js';
import { defineArchitecture } from './architecture.js';
import type { Architecture, GraphResult } from './architecture.js';
import { buildLlama, readLlama } from './llama.js';
import type { LlamaArguments } from './llama.js';
import { buildMinistral3, readMinistral3, sanitizeMinistral3 } from './ministral3.js';
import type { Ministral3Arguments } from './ministral3.js';
import { dropUnused } from './parts/sanitize.js';
import { unsupported } from './parts/unsupported.js';

type Mistral3Arguments = { readonly text: 'ministral3'; readonly args: Ministral3Arguments } | { readonly text: 'llama'; readonly args: LlamaArguments };

const prefix = 'language_model.';

function readArguments(config: ConfigReader): Mistral3Arguments {
  const text = config.object('text_config')?.withDefaults({ tie_word_embeddings: false });
  if (text === undefined) throw config.invalid('text_config', '{…}');
  const modelType = text.string('model_type', 'mistral');
  if (modelType === 'ministral3') return { text: modelType, args: readMinistral3(text) };
  if (modelType !== 'mistral' && modelType !== 'llama') throw unsupported(`the text model ${JSON.stringify(modelType.slice(0, 60))}`);
  return { text: 'llama', args: readLlama(text) };
}

function buildGraph(graph: GraphBuilder, { text, args }: Mistral3Arguments): GraphResult {
  return text === 'ministral3' ? buildMinistral3(graph, args, prefix) : buildLlama(graph, args, prefix);
}

/** Drops what sees, and brings the text model's names below one prefix. */
function sanitize(tensors: CheckpointTensors, { text, args }: Mistral3Arguments): void {
  tensors.drop((name) => name.includes('vision_tower') || name.includes('multi_modal_projector'));
  tensors.rename((name) => {
    if (name.startsWith(`model.${prefix}`)) return `${prefix}${name.replace(prefix, '')}`;
    return name.startsWith(prefix) ? name : `${prefix}${name}`;
  });
  if (text === 'ministral3') sanitizeMinistral3(tensors, args, prefix);
  else dropUnused(tensors, { ...args, prefix });
}

/** The text part of Mistral Small 3 and 3.1, and of Ministral 3. Source: mlx-lm `models/mistral3.py` and `MODEL_REMAPPING`. */
export const mistral3: Architecture = defineArchitecture({ modelType: 'mistral3', aliases: ['llava'], readArguments, buildGraph, sanitize });
