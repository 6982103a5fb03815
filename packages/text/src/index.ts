export { loadTokenizer, type LoadTokenizerOptions } from './load-tokenizer.js';
export { StopStringMatcher, type StopStringResult } from './stop-string-matcher.js';
export type { EncodedSequence, EncodeSequenceOptions, TextTokenizer } from './text-tokenizer.js';
