import type { ChatTemplateOptions, EncodeOptions, Message, StreamingDetokenizer } from '@mlxengine/core';
import type { DecoderFactory } from '../decoding/decoder.js';
import { Detokenizer } from '../decoding/detokenizer.js';
import type { TokenizerEncoder } from '../encoding/text-encoder.js';
import type { ChatTemplate } from '../template/chat-template.js';
import type { EncodedSequence, EncodeSequenceOptions, TextTokenizer } from '../text-tokenizer.js';

/** What a {@link CheckpointTokenizer} is made of. */
export interface TokenizerParts {
  readonly encoder: TokenizerEncoder;
  readonly decoder: DecoderFactory;
  readonly template: () => ChatTemplate;
  readonly endTokens: readonly number[];
  readonly maximumLength: number | undefined;
  /** Which ids of a text that is too long stay. */
  readonly keep: 'first' | 'last';
}

/** The tokenizer of one checkpoint. */
export class CheckpointTokenizer implements TextTokenizer {
  readonly specificationVersion = 'v1' as const;
  readonly endTokens: readonly number[];
  readonly maximumLength: number | undefined;
  readonly #parts: TokenizerParts;

  constructor(parts: TokenizerParts) {
    this.#parts = parts;
    this.endTokens = parts.endTokens;
    this.maximumLength = parts.maximumLength;
  }

  get vocabularySize(): number {
    return this.#parts.encoder.vocabulary.tokens.length;
  }

  encode(text: string, { addSpecialTokens = true }: EncodeOptions = {}): number[] {
    return this.#parts.encoder.encode(text, addSpecialTokens);
  }

  encodeSequence(text: string, options: EncodeSequenceOptions = {}): EncodedSequence {
    return this.#parts.encoder.encodeSequence(text, options, this.#parts.keep);
  }

  decode(ids: readonly number[] | Uint32Array): string {
    const detokenizer = this.#detokenizer(true);
    return detokenizer.push(ids) + detokenizer.flush();
  }

  detokenizer(): StreamingDetokenizer {
    return this.#detokenizer(false);
  }

  applyChatTemplate(messages: readonly Message[], options?: ChatTemplateOptions): string {
    return this.#parts.template().render(messages, options);
  }

  #detokenizer(whole: boolean): Detokenizer {
    const { encoder, decoder } = this.#parts;
    return new Detokenizer(encoder.vocabulary, decoder(whole));
  }
}
