export { loadTokenizer, type LoadTokenizerOptions } from './load-tokenizer.js';
export { StopStringMatcher, type StopStringResult } from './stop-string-matcher.js';
