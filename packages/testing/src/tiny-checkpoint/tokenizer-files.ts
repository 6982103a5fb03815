import { chatTemplate, specialTokens } from '../tiny-engine/byte-tokenizer.js';

/** GPT-2's printable character for each byte, by which byte-level vocabularies name their tokens. */
function byteCharacters(): string[] {
  const printable = (byte: number): boolean => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
}

/** tokenizer.json of a byte-level BPE without merges: every byte is a token, and its id. */
export function tokenizerJson(): object {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: Object.entries(specialTokens).map(([content, id]) => ({
      id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true,
    })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: { ...Object.fromEntries(byteCharacters().map((character, byte) => [character, byte])), ...specialTokens },
      merges: [],
    },
  };
}

/** tokenizer_config.json with the ChatML template. */
export function tokenizerConfigJson(contextLength: number): object {
  return {
    tokenizer_class: 'PreTrainedTokenizerFast',
    eos_token: '<|im_end|>',
    clean_up_tokenization_spaces: false,
    model_max_length: contextLength,
    chat_template: chatTemplate,
  };
}
