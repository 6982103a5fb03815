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

export const LibraryTokenizer: Library['Tokenizer'] = typed.Tokenizer;
export const SplitPreTokenizer: Library['SplitPreTokenizer'] = typed.SplitPreTokenizer;
export const Unigram: Library['Unigram'] = typed.Unigram;
export const WordPiece: Library['WordPiece'] = typed.WordPiece;
