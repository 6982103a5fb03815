/** What a `tokenizer.ggml.pre` name stands for, in terms of tokenizer.json. */
export interface PreTokenizer {
  readonly preTokenizer: Readonly<Record<string, unknown>>;
  /** Whether a whole word that is in the vocabulary is taken without merging. */
  readonly ignoreMerges: boolean;
  /** Whether a text begins with the BOS token where the file does not say. */
  readonly addBos: boolean;
}

const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true } as const;

/** GPT-2's own splitting. */
const gpt2: PreTokenizer = { preTokenizer: { ...byteLevel, use_regex: true }, ignoreMerges: false, addBos: false };

/** Every digit on its own, then GPT-2's splitting. */
const singleDigits: PreTokenizer = {
  preTokenizer: {
    type: 'Sequence',
    pretokenizers: [{ type: 'Digits', individual_digits: true }, { ...byteLevel, use_regex: true }],
  },
  ignoreMerges: false,
  addBos: false,
};

const llama3Pattern = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

const llama3: PreTokenizer = {
  preTokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: llama3Pattern }, behavior: 'Isolated', invert: false },
      { ...byteLevel, use_regex: false },
    ],
  },
  ignoreMerges: true,
  addBos: true,
};

/**
 * By the names that llama.cpp's converter writes (`get_vocab_base_pre`); names that share a rule there
 * (`llama-vocab.cpp`) share one here. A name that is not in this list is never guessed.
 */
const preTokenizers: ReadonlyMap<string, PreTokenizer> = new Map([
  ['gpt-2', gpt2],
  ['smollm', singleDigits],
  ['starcoder', singleDigits],
  ['refact', singleDigits],
  ['command-r', singleDigits],
  ['llama-bpe', llama3],
  ['llama3', llama3],
  ['llama-v3', llama3],
]);

/** Rule of a name; `undefined` where it is not known. */
export function preTokenizerOf(name: string): PreTokenizer | undefined {
  return preTokenizers.get(name);
}

/** All known names, for messages. */
export function knownPreTokenizers(): string {
  return [...preTokenizers.keys()].join(', ');
}
