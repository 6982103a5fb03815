import type { Message, Tokenizer } from '@mlxengine/core';

/** Ids of the special tokens; 0 to 255 are the bytes of UTF-8. */
export const specialTokens: Readonly<Record<'<|im_start|>' | '<|im_end|>', number>> = { '<|im_start|>': 256, '<|im_end|>': 257 };

/** 256 bytes and the special tokens. */
export const byteVocabularySize = 258;

/** ChatML, as many small models use it. */
export const chatTemplate: string =
  "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

const special = /(<\|im_(?:start|end)\|>)/;

function encode(text: string): number[] {
  const encoder = new TextEncoder();
  return text.split(special).flatMap((part) => (part in specialTokens ? [specialTokens[part as '<|im_end|>']] : [...encoder.encode(part)]));
}

function bytesOf(ids: readonly number[] | Uint32Array): Uint8Array {
  return Uint8Array.from([...ids].filter((id) => id < 256));
}

function applyChatTemplate(messages: readonly Message[], addGenerationPrompt: boolean): string {
  const turns = messages.map(({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`);
  return turns.join('') + (addGenerationPrompt ? '<|im_start|>assistant\n' : '');
}

/** Every byte is a token: the smallest real tokenizer. The tokenizer.json of a tiny checkpoint says the same. */
export function createByteTokenizer(): Tokenizer {
  return {
    specificationVersion: 'v1',
    vocabularySize: byteVocabularySize,
    endTokens: [specialTokens['<|im_end|>']],
    encode,
    decode: (ids) => new TextDecoder().decode(bytesOf(ids)),
    detokenizer: () => {
      const decoder = new TextDecoder();
      return {
        push: (ids) => decoder.decode(bytesOf(ids), { stream: true }),
        flush: () => decoder.decode(),
      };
    },
    applyChatTemplate: (messages, { addGenerationPrompt = true } = {}) => applyChatTemplate(messages, addGenerationPrompt),
  };
}
