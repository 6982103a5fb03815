import { type ModelSource, throwIfAborted, TokenizerError } from '@mlxengine/core';
import { CheckpointFiles } from './checkpoint-files.js';
import { decoderFactory } from './decoding/decoder.js';
import { TokenizerEncoder } from './encoding/text-encoder.js';
import type { JsonNode } from './json-node.js';
import { findChatTemplate } from './template/find-chat-template.js';
import { CheckpointTokenizer } from './tokenizer/checkpoint-tokenizer.js';
import { specialTokens } from './tokenizer/special-tokens.js';
import { idOf } from './tokenizer/vocabulary.js';
import type { TextTokenizer } from './text-tokenizer.js';

/** How to load a tokenizer. */
export interface LoadTokenizerOptions {
  readonly signal?: AbortSignal;
  /** Ids that end an answer besides the tokenizer's own `eos_token`, such as those of generation_config.json. */
  readonly endTokens?: readonly number[];
}

/**
 * Loads the tokenizer and the chat template of a checkpoint: tokenizer.json and, where they exist,
 * tokenizer_config.json, special_tokens_map.json, chat_template.jinja and chat_template.json.
 *
 * Ids are those of Python's `tokenizers`. `encode` obeys special tokens in its text, as a templated prompt needs it; give
 * such a prompt `{ addSpecialTokens: false }`, because the template has written the begin token already.
 * Text is decoded as it is, without transformers' `clean_up_tokenization_spaces`.
 *
 * @throws `TokenizerError` where a file is missing, broken or not supported; `AbortedError` by the signal
 */
export async function loadTokenizer(source: ModelSource, { signal, endTokens = [] }: LoadTokenizerOptions = {}): Promise<TextTokenizer> {
  throwIfAborted(signal, 'Loading the tokenizer');
  const files = await CheckpointFiles.open(source, signal);
  const file = await files.json('tokenizer.json');
  if (file === undefined) throw new TokenizerError('tokenizer.missing-file', { source: source.name, file: 'tokenizer.json' });
  const configuration = await files.json('tokenizer_config.json');
  const special = specialTokens(configuration, await files.json('special_tokens_map.json'));
  const template = await findChatTemplate({ files, configuration, specialTokens: special });
  throwIfAborted(signal, 'Loading the tokenizer');
  const encoder = new TokenizerEncoder(file);
  const end = special['eos_token'] === undefined ? undefined : idOf(encoder.vocabulary, special['eos_token']);
  return new CheckpointTokenizer({
    encoder,
    decoder: decoderFactory(file.get('decoder')),
    template,
    endTokens: [...new Set(end === undefined ? endTokens : [...endTokens, end])],
    maximumLength: maximumLength(configuration),
    keep: configuration?.get('truncation_side').value === 'left' ? 'last' : 'first',
  });
}

/** transformers writes 10^30 where there is no limit. */
function maximumLength(configuration: JsonNode | undefined): number | undefined {
  const length = configuration?.get('model_max_length').value;
  return typeof length === 'number' && Number.isSafeInteger(length) && length > 0 ? length : undefined;
}
