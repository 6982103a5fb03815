/**
 * What an engine reads of a repository: never pickles, never code. Everything is at the top but for the modules of
 * sentence-transformers models and further chat templates.
 */
const neededPatterns: readonly RegExp[] = [
  /^[^/]+\.json$/,
  /^[^/]+\.jinja$/,
  /^[^/]+\.tiktoken$/,
  /^(?:merges|vocab)\.txt$/,
  /^(?:tokenizer|spiece|sentencepiece\.bpe)\.model$/,
  /^additional_chat_templates\/[^/]+\.jinja$/,
  /^\d_[A-Za-z]+\/(?:config\.json|model\.safetensors)$/,
];

/** Weights by the names they go by, the first kind that is there being the one that loads. */
const weightPatterns: readonly RegExp[] = [/^model[^/]*\.safetensors$/, /^weight[^/]*\.safetensors$/, /^[^/]+\.safetensors$/];

/** What is needed of a repository's files. */
export interface NeededFiles<File> {
  readonly files: readonly File[];
  /** Whether there are any weights among them. */
  readonly hasWeights: boolean;
}

/** Chooses the files that are needed to run a model. */
export function selectNeededFiles<File extends { readonly path: string }>(files: readonly File[]): NeededFiles<File> {
  const pattern = weightPatterns.find((kind) => files.some(({ path }) => kind.test(path)));
  const weights = pattern === undefined ? [] : files.filter(({ path }) => pattern.test(path));
  const others = files.filter(({ path }) => neededPatterns.some((needed) => needed.test(path)));
  return { files: [...others, ...weights], hasWeights: weights.length > 0 };
}
