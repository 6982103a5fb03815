import { byteVocabularySize } from '../tiny-engine/byte-tokenizer.js';
import type { TinyModelOptions } from '../tiny-model/tiny-model-options.js';

/** Every id but printable ASCII: bytes that are no character alone, control characters and special tokens. */
const silentTokens: readonly number[] = [...Array(byteVocabularySize).keys()].filter((id) => id < 32 || id > 126);

/** A tiny model over bytes that says printable characters and does not end by itself. */
export const tinyTextOptions: TinyModelOptions = { vocabularySize: byteVocabularySize, contextLength: 512, silentTokens };
