import { TokenizerError } from '@mlxengine/core';
import type { CheckpointFiles } from '../checkpoint-files.js';
import type { JsonNode } from '../json-node.js';
import { ChatTemplate } from './chat-template.js';

/** The parts of a checkpoint that a template is looked for in. */
export interface TemplateSearch {
  readonly files: CheckpointFiles;
  /** tokenizer_config.json, where it exists. */
  readonly configuration: JsonNode | undefined;
  readonly specialTokens: Readonly<Record<string, string>>;
}

/**
 * Finds the chat template of a checkpoint: chat_template.jinja, else chat_template.json, else the one in
 * tokenizer_config.json; there may be several with names, of which `default` is taken.
 * @returns a function, so that a model without a usable template still answers raw prompts
 */
export async function findChatTemplate({ files, configuration, specialTokens }: TemplateSearch): Promise<() => ChatTemplate> {
  const model = files.name;
  const make = (text: string, file: string): (() => ChatTemplate) => {
    const template = new ChatTemplate(text, { model, file, specialTokens });
    return () => template;
  };
  const jinja = await files.text('chat_template.jinja');
  if (jinja !== undefined) return make(jinja, 'chat_template.jinja');
  for (const json of [await files.json('chat_template.json'), configuration]) {
    const node = json?.get('chat_template');
    if (json === undefined || node === undefined || node.isNothing) continue;
    const { file } = json.origin;
    if (!Array.isArray(node.value)) return make(node.string(), file);
    const named = new Map(node.items().map((entry) => [entry.get('name').string(), entry.get('template').string()]));
    const text = named.get('default');
    if (text !== undefined) return make(text, file);
    return () => {
      throw new TokenizerError('template.no-default', { model, file, names: [...named.keys()].join(', ') });
    };
  }
  return () => {
    throw new TokenizerError('template.missing', { model });
  };
}
