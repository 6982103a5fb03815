import { CheckpointError } from '@mlxengine/core';
import type { GgufHeader } from './gguf-types.js';
import { MetadataReader } from './metadata-access.js';

/** llama.cpp's kinds of tokens that matter here. */
const tokenTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, byte: 6 } as const;

/** Control tokens that end an answer wherever they occur, beside the file's own EOS; from llama.cpp's list. */
const endTokenNames: readonly string[] = [
  '<|im_end|>', '<|endoftext|>', '<|eot_id|>', '<|eom_id|>', '<|end_of_text|>', '<|end|>', '<end_of_turn>',
];

/** Tokens of a GGUF, whatever the kind of its tokenizer. */
export interface GgufVocabulary {
  /** Index is the id; unique. */
  readonly tokens: readonly string[];
  /** Never come out of ordinary text and are skipped in decoding. */
  readonly control: readonly number[];
  /** What ordinary text becomes. */
  readonly ordinary: readonly number[];
  /** Found in ordinary text before anything else. */
  readonly userDefined: readonly number[];
  readonly bos: number | undefined;
  readonly eos: number | undefined;
  readonly unknown: number | undefined;
  readonly padding: number | undefined;
  /** Ids that end an answer, the file's EOS first. */
  readonly endTokens: readonly number[];
}

/**
 * Reads what all kinds of tokenizers share.
 * @param limit - rows of the embedding: no id reaches it
 * @throws `CheckpointError`
 */
export function readVocabulary(header: GgufHeader, limit: number): GgufVocabulary {
  const metadata = new MetadataReader(header);
  const key = 'tokenizer.ggml.tokens';
  const tokens = metadata.texts(key);
  if (tokens === undefined) throw new CheckpointError('gguf.missing-metadata', { file: header.file, key });
  if (tokens.length > limit || tokens.length === 0) {
    throw metadata.invalid(key, `1 to ${limit} tokens, as the embedding has rows`, tokens.length);
  }
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    if (ids.has(token)) throw new CheckpointError('gguf.duplicate', { file: header.file, what: `token "${token}"` });
    ids.set(token, id);
  }
  const types = readTypes(metadata, tokens.length);
  const control = idsOfType(types, tokenTypes.control);
  const special = (name: string): number | undefined => readId(metadata, `tokenizer.ggml.${name}_token_id`, tokens.length);
  const eos = special('eos');
  const named = endTokenNames.map((name) => ids.get(name)).filter((id) => id !== undefined && types[id] === tokenTypes.control);
  const endTokens = [eos, special('eot'), special('eom'), ...named].filter((id) => id !== undefined);
  return {
    tokens, control, ordinary: idsOfType(types, tokenTypes.normal), userDefined: idsOfType(types, tokenTypes.userDefined),
    bos: special('bos'), eos, unknown: special('unknown'), padding: special('padding'),
    endTokens: [...new Set(endTokens)],
  };
}

function readTypes(metadata: MetadataReader, count: number): readonly number[] {
  const key = 'tokenizer.ggml.token_type';
  const types = metadata.numbers(key);
  if (types !== undefined && types.length !== count) throw metadata.invalid(key, `an array of ${count}`, `an array of ${types.length}`);
  return types ?? [];
}

function idsOfType(types: readonly number[], type: number): readonly number[] {
  return types.flatMap((found, id) => (found === type ? [id] : []));
}

function readId(metadata: MetadataReader, key: string, count: number): number | undefined {
  const id = metadata.count(key);
  if (id !== undefined && id >= count) throw metadata.invalid(key, `an id below ${count}`, id);
  return id;
}
