import { CheckpointError } from '@mlxengine/core';
import type { GgufHeader } from './gguf-types.js';
import type { GgufVocabulary } from './gguf-vocabulary.js';
import { MetadataReader } from './metadata-access.js';
import { knownPreTokenizers, preTokenizerOf } from './pre-tokenizers.js';
import type { PreTokenizer } from './pre-tokenizers.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * tokenizer.json of a GGUF's byte-level BPE tokenizer.
 * @throws `CheckpointError` for another kind of tokenizer or an unknown pre-tokenizer, and where merges and tokens disagree
 */
export function tokenizerJson(header: GgufHeader, vocabulary: GgufVocabulary): Json {
  const metadata = new MetadataReader(header);
  const pre = readPreTokenizer(header, metadata);
  const merges = readMerges(header, metadata, vocabulary);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    normalizer: null,
    pre_tokenizer: pre.preTokenizer,
    post_processor: postProcessor(metadata, vocabulary, pre),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: pre.ignoreMerges,
      vocab: Object.fromEntries(vocabulary.tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

function readPreTokenizer({ file }: GgufHeader, metadata: MetadataReader): PreTokenizer {
  const model = metadata.requiredText('tokenizer.ggml.model');
  if (model !== 'gpt2') {
    throw new CheckpointError('gguf.unsupported-tokenizer', { file, key: 'tokenizer.ggml.model', found: model, supported: 'gpt2' });
  }
  const name = metadata.requiredText('tokenizer.ggml.pre');
  const pre = preTokenizerOf(name);
  if (pre !== undefined) return pre;
  throw new CheckpointError('gguf.unsupported-tokenizer', {
    file, key: 'tokenizer.ggml.pre', found: name, supported: knownPreTokenizers(),
  });
}

function readMerges({ file }: GgufHeader, metadata: MetadataReader, { tokens }: GgufVocabulary): readonly string[] {
  const key = 'tokenizer.ggml.merges';
  const merges = metadata.texts(key);
  if (merges === undefined) throw new CheckpointError('gguf.missing-metadata', { file, key });
  const known = new Set(tokens);
  for (const merge of merges) {
    const [left = '', right = '', ...more] = merge.split(' ');
    if (more.length > 0 || !known.has(left) || !known.has(right) || !known.has(left + right)) {
      throw metadata.invalid(key, 'pairs of tokens that make a token', `"${merge.slice(0, 100)}"`);
    }
  }
  return merges;
}

function addedTokens({ tokens, control, userDefined, unknown }: GgufVocabulary): readonly Json[] {
  const special = new Set([...control, ...(unknown === undefined ? [] : [unknown])]);
  return [...new Set([...special, ...userDefined])].sort((left, right) => left - right).map((id) => ({
    id,
    content: tokens[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: special.has(id),
  }));
}

function postProcessor(metadata: MetadataReader, { tokens, bos, eos }: GgufVocabulary, pre: PreTokenizer): Json | null {
  const before = (metadata.boolean('tokenizer.ggml.add_bos_token') ?? pre.addBos) ? bos : undefined;
  const after = (metadata.boolean('tokenizer.ggml.add_eos_token') ?? false) ? eos : undefined;
  if (before === undefined && after === undefined) return null;
  const piece = (id: number | undefined, type: number): readonly Json[] =>
    id === undefined ? [] : [{ SpecialToken: { id: tokens[id], type_id: type } }];
  const text = (name: string, type: number): readonly Json[] =>
    [...piece(before, type), { Sequence: { id: name, type_id: type } }, ...piece(after, type)];
  const used = [before, after].filter((id) => id !== undefined);
  return {
    type: 'TemplateProcessing',
    single: text('A', 0),
    pair: [...text('A', 0), ...text('B', 1)],
    special_tokens: Object.fromEntries(used.map((id) => [tokens[id], { id: tokens[id], ids: [id], tokens: [tokens[id]] }])),
  };
}

/** tokenizer_config.json, with the chat template where the file has one. */
export function tokenizerConfig(header: GgufHeader, vocabulary: GgufVocabulary, contextLength: number): Json {
  const metadata = new MetadataReader(header);
  const { tokens, bos, eos, unknown, padding } = vocabulary;
  const named = { bos_token: bos, eos_token: eos, unk_token: unknown, pad_token: padding };
  const template = metadata.text('tokenizer.chat_template');
  return {
    // Takes tokenizer.json as it is; the classes of single families put their own rules in its place.
    tokenizer_class: 'PreTrainedTokenizerFast',
    added_tokens_decoder: Object.fromEntries(addedTokens(vocabulary).map(({ id, ...token }) => [String(id), token])),
    ...Object.fromEntries(Object.entries(named).flatMap(([name, id]) => (id === undefined ? [] : [[name, tokens[id]]]))),
    model_max_length: contextLength,
    clean_up_tokenization_spaces: false,
    ...(template === undefined ? {} : { chat_template: template }),
  };
}

/** Ids of special tokens, as config.json and generation_config.json have them. */
export function specialTokenIds({ bos, padding, endTokens }: GgufVocabulary): Json {
  return {
    ...(bos === undefined ? {} : { bos_token_id: bos }),
    ...(endTokens.length === 0 ? {} : { eos_token_id: endTokens.length === 1 ? endTokens[0] : endTokens }),
    ...(padding === undefined ? {} : { pad_token_id: padding }),
  };
}
