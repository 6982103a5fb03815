import type { DecoderStage } from './decoder-stage.js';

const byteToken = /^<0x([0-9A-Fa-f]{2})>$/;
const replacement = '\ufffd';

/**
 * Byte fallback: tokens `<0x00>` to `<0xFF>` are bytes of UTF-8.
 *
 * Python's tokenizers look at a whole run of such tokens and make each byte a U+FFFD where the run is not UTF-8. `whole`
 * does so, too. While streaming, a character is given out as soon as it is complete, and only bytes that belong to none become U+FFFD.
 */
export class ByteFallbackStage implements DecoderStage {
  readonly #whole: boolean;
  #bytes: number[] = [];

  constructor(whole: boolean) {
    this.#whole = whole;
  }

  push(tokens: readonly string[]): readonly string[] {
    const result: string[] = [];
    for (const token of tokens) {
      const byte = byteToken.exec(token)?.[1];
      if (byte === undefined) result.push(...this.flush(), token);
      else this.#take(Number.parseInt(byte, 16), result);
    }
    return result;
  }

  flush(): readonly string[] {
    const bytes = this.#bytes;
    this.#bytes = [];
    return bytes.length === 0 ? [] : [decode(bytes) ?? replacement.repeat(bytes.length)];
  }

  #take(byte: number, result: string[]): void {
    const isContinuation = (byte & 0xc0) === 0x80;
    if (!this.#whole && !isContinuation) result.push(...this.flush());
    this.#bytes.push(byte);
    if (!this.#whole && this.#bytes.length >= characterLength(this.#bytes[0] ?? 0)) result.push(...this.flush());
  }
}

/** Bytes of the character that begins with this one; 1 for a byte that begins none. */
function characterLength(first: number): number {
  if (first >= 0xf0 && first < 0xf8) return 4;
  if (first >= 0xe0 && first < 0xf0) return 3;
  return first >= 0xc0 && first < 0xe0 ? 2 : 1;
}

function decode(bytes: readonly number[]): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes));
  } catch {
    return undefined;
  }
}
