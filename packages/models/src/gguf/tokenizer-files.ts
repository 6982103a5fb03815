import { CheckpointError } from '@mlxengine/core';
import type { GgufHeader } from './gguf-types.js';
import type { GgufVocabulary } from './gguf-vocabulary.js';
import { MetadataReader } from './metadata-access.js';
import { knownPreTokenizers, preTokenizerOf } from './pre-tokenizers.js';
import type { PreTokenizer } from './pre-tokenizers.js';
import { sentencePieceMerges } from './sentencepiece-merges.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * tokenizer.json of a GGUF's tokenizer: byte-level BPE (`gpt2`) or SentencePiece's BPE (`llama`).
 * @throws `CheckpointError` for another kind of tokenizer or an unknown pre-tokenizer, and where merges and tokens disagree
 */
export function tokenizerJson(header: GgufHeader, vocabulary: GgufVocabulary): Json {
  const metadata = new MetadataReader(header);
  const kind = metadata.requiredText('tokenizer.ggml.model');
  if (kind === 'gpt2') return byteLevelTokenizer(header, metadata, vocabulary);
  if (kind === 'llama') return sentencePieceTokenizer(header, metadata, vocabulary);
  throw new CheckpointError('gguf.unsupported-tokenizer', {
    file: header.file, key: 'tokenizer.ggml.model', found: kind, supported: 'gpt2, llama',
  });
}

function byteLevelTokenizer(header: GgufHeader, metadata: MetadataReader, vocabulary: GgufVocabulary): Json {
  const pre = readPreTokenizer(header, metadata);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    normalizer: null,
    pre_tokenizer: pre.preTokenizer,
    post_processor: postProcessor(metadata, vocabulary, pre.addBos),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: bpeModel(vocabulary, readMerges(header, metadata, vocabulary), { ignore_merges: pre.ignoreMerges }),
  };
}

function bpeModel({ tokens }: GgufVocabulary, merges: readonly string[], settings: Json): Json {
  return {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ...settings,
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges,
  };
}

/** As Hugging Face has Llama 2's: spaces are U+2581, one comes before a text, and what has no piece becomes bytes. */
function sentencePieceTokenizer(header: GgufHeader, metadata: MetadataReader, vocabulary: GgufVocabulary): Json {
  checkSentencePiece(header, metadata, vocabulary);
  const { tokens, unknown } = vocabulary;
  const addPrefix = metadata.boolean('tokenizer.ggml.add_space_prefix') ?? true;
  const prefix = { type: 'Prepend', prepend: '\u2581' };
  const space = { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    normalizer: { type: 'Sequence', normalizers: addPrefix ? [prefix, space] : [space] },
    pre_tokenizer: null,
    post_processor: postProcessor(metadata, vocabulary, true),
    decoder: { type: 'Sequence', decoders: [
      { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      ...(addPrefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
    ] },
    model: bpeModel(vocabulary, sentencePieceMerges(ordinaryPieces(metadata, vocabulary)), {
      unk_token: unknown === undefined ? null : tokens[unknown], fuse_unk: true, byte_fallback: true, ignore_merges: false,
    }),
  };
}

/** What SentencePiece can do and this translation cannot is refused. */
function checkSentencePiece({ file }: GgufHeader, metadata: MetadataReader, { tokens, userDefined }: GgufVocabulary): void {
  const refuse = (feature: string): CheckpointError => new CheckpointError('gguf.unsupported', { file, feature });
  if (metadata.boolean('tokenizer.ggml.remove_extra_whitespaces') === true) throw refuse('a tokenizer that removes spaces');
  if (metadata.has('tokenizer.ggml.precompiled_charsmap')) throw refuse('a tokenizer with a character map');
  if (userDefined.some((id) => tokens[id]?.includes('\u2581') === true)) throw refuse('tokens of the user with spaces in them');
  const known = new Set(tokens);
  for (let byte = 0; byte < 256; byte++) {
    const name = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;
    if (!known.has(name)) throw metadata.invalid('tokenizer.ggml.tokens', 'a token for every byte', `no ${name}`);
  }
}

function ordinaryPieces(metadata: MetadataReader, { tokens, ordinary }: GgufVocabulary): Map<string, { id: number; score: number }> {
  const key = 'tokenizer.ggml.scores';
  const scores = metadata.numbers(key) ?? [];
  if (scores.length !== tokens.length) throw metadata.invalid(key, `an array of ${tokens.length}`, `an array of ${scores.length}`);
  return new Map(ordinary.map((id) => [tokens[id] ?? '', { id, score: scores[id] ?? 0 }]));
}

function readPreTokenizer({ file }: GgufHeader, metadata: MetadataReader): PreTokenizer {
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

function postProcessor(metadata: MetadataReader, { tokens, bos, eos }: GgufVocabulary, addBos: boolean): Json | null {
  const before = (metadata.boolean('tokenizer.ggml.add_bos_token') ?? addBos) ? bos : undefined;
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
