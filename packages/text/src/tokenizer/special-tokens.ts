import type { JsonNode } from '../json-node.js';

/**
 * Special tokens by the names that chat templates use (`bos_token`, `eos_token`, …): tokenizer_config.json's, and
 * special_tokens_map.json's where that says nothing. A token is text or `{ "content": text }`.
 */
export function specialTokens(...files: readonly (JsonNode | undefined)[]): Readonly<Record<string, string>> {
  const tokens: Record<string, string> = {};
  for (const file of files) {
    if (file === undefined) continue;
    for (const name of Object.keys(file.object())) {
      if (!/^[a-z]+(_[a-z]+)*_token$/.test(name) || name in tokens) continue;
      const text = textOf(file.get(name).value);
      if (text !== undefined) tokens[name] = text;
    }
  }
  return tokens;
}

function textOf(value: unknown): string | undefined {
  const text: unknown = typeof value === 'object' && value !== null ? (value as { readonly content?: unknown }).content : value;
  return typeof text === 'string' ? text : undefined;
}
