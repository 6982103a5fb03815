/**
 * The alphabet of byte-level BPE: each byte as one printable character.
 * Source: `bytes_to_unicode` in OpenAI's GPT-2 encoder.
 */
const characters: readonly string[] = byteCharacters();
const encoder: TextEncoder = new TextEncoder();

function byteCharacters(): string[] {
  const table: string[] = [];
  let next = 256;
  for (let byte = 0; byte < 256; byte += 1) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.push(String.fromCharCode(printable ? byte : next++));
  }
  return table;
}

const bytes: ReadonlyMap<number, number> = new Map(characters.map((character, byte) => [character.charCodeAt(0), byte]));

/** Text as a string of one character a byte. */
export function toByteCharacters(text: string): string {
  let mapped = '';
  for (const byte of encoder.encode(text)) mapped += characters[byte] ?? '';
  return mapped;
}

/** Bytes of a token in the byte alphabet; of one with any other character, its own UTF-8 bytes (as the Rust decoder does). */
export function fromByteCharacters(token: string): Uint8Array {
  const result = new Uint8Array(token.length);
  for (let index = 0; index < token.length; index += 1) {
    const byte = bytes.get(token.charCodeAt(index));
    if (byte === undefined) return encoder.encode(token);
    result[index] = byte;
  }
  return result;
}
