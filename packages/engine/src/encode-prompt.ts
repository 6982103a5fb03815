import type { EnginePrompt, Tokenizer } from '@mlxengine/core';

/** Ids of a prompt. A chat template writes its begin token itself; raw text gets the tokenizer's own. */
export function encodePrompt(tokenizer: Tokenizer, prompt: EnginePrompt): number[] {
  if (prompt.kind === 'raw') return tokenizer.encode(prompt.text);
  return tokenizer.encode(tokenizer.applyChatTemplate(prompt.messages), { addSpecialTokens: false });
}
