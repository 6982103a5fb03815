import { fromByteCharacters } from '../byte-level.js';
import type { DecoderStage } from './decoder-stage.js';

/** Byte-level BPE: the bytes of all tokens are one UTF-8 text; a half character waits for its rest. */
export class ByteLevelStage implements DecoderStage {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  push(tokens: readonly string[]): readonly string[] {
    let text = '';
    for (const token of tokens) text += this.#decoder.decode(fromByteCharacters(token), { stream: true });
    return text === '' ? [] : [text];
  }

  flush(): readonly string[] {
    const text = this.#decoder.decode();
    return text === '' ? [] : [text];
  }
}
