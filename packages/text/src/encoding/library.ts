import * as library from '@huggingface/tokenizers';

/** A model of the library: pieces of text to tokens. */
export interface LibraryModel {
  (pieces: readonly string[]): readonly string[];
  readonly unk_token_id?: number;
}

/** What is used of `@huggingface/tokenizers` 0.2; its own types cannot be resolved under Node's rules for modules. */
interface Library {
  readonly Tokenizer: new (file: object, configuration: object) => { readonly normalizer: { normalize(text: string): string } | null };
  readonly SplitPreTokenizer: new (configuration: object) => { readonly pattern: RegExp | null };
  readonly Unigram: new (configuration: unknown, endToken: string) => LibraryModel;
  readonly WordPiece: new (configuration: unknown) => LibraryModel;
}

const typed: Library = library as unknown as Library;

/** A whole tokenizer of the library, of which only the normalizer is used. */
export const LibraryTokenizer: Library['Tokenizer'] = typed.Tokenizer;
/** Cuts text at a pattern; its translation of Oniguruma's patterns is what is used. */
export const SplitPreTokenizer: Library['SplitPreTokenizer'] = typed.SplitPreTokenizer;
/** SentencePiece's unigram model, from the `model` of a `tokenizer.json`. */
export const Unigram: Library['Unigram'] = typed.Unigram;
/** BERT's model, from the `model` of a `tokenizer.json`. */
export const WordPiece: Library['WordPiece'] = typed.WordPiece;
