import type { JsonNode } from '../json-node.js';

/** Replacements of SentencePiece: a trie of UTF-8 (darts-clone) whose values are places in the replacing texts, each ended by a zero. */
interface CharacterMap {
  readonly trie: Uint32Array;
  readonly texts: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * SentencePiece's normalizer, as Python's tokenizers run it: short grapheme clusters as one, else character by character. Written
 * anew, because that of `@huggingface/tokenizers` 0.2 does not read the table.
 */
export function precompiledNormalizer(node: JsonNode): (text: string) => string {
  const map = readMap(node.get('precompiled_charsmap'));
  const known = new Map<string, string | undefined>();
  const replace = (part: string): string | undefined => {
    if (!known.has(part) && known.size < mostKnown) known.set(part, lookUp(map, part));
    return known.has(part) ? known.get(part) : lookUp(map, part);
  };
  const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
  return (text) => {
    if (plain.test(text)) return Array.from(text, (character) => replace(character) ?? character).join('');
    return Array.from(segmenter.segment(text), ({ segment }) => normalizeCluster(segment, replace)).join('');
  };
}

const mostKnown = 10_000;
/** Every character is a cluster. */
const plain = /^[\t\n\x20-\x7e]*$/;
const mostClusterBytes = 5;

function normalizeCluster(cluster: string, replace: (part: string) => string | undefined): string {
  const whole = encoder.encode(cluster).length <= mostClusterBytes ? replace(cluster) : undefined;
  return whole ?? Array.from(cluster, (character) => replace(character) ?? character).join('');
}

function readMap(node: JsonNode): CharacterMap {
  const bytes = decodeBase64(node);
  const view = new DataView(bytes.buffer);
  const trieBytes = bytes.length >= 4 ? view.getUint32(0, true) : 0;
  if (trieBytes === 0 || trieBytes % 4 !== 0 || trieBytes > bytes.length - 4) throw node.invalid(`${node.path} is no table of replacements`);
  return { trie: Uint32Array.from({ length: trieBytes / 4 }, (_, unit) => view.getUint32(4 + 4 * unit, true)), texts: bytes.subarray(4 + trieBytes) };
}

function decodeBase64(node: JsonNode): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(node.string()), (character) => character.charCodeAt(0));
  } catch (cause) {
    throw node.invalid(`${node.path} is no base64`, cause);
  }
}

/** What replaces a text that begins with an entry: the shortest counts. */
function lookUp({ trie, texts }: CharacterMap, part: string): string | undefined {
  let place = offsetOf(trie[0] ?? 0);
  for (const byte of encoder.encode(part)) {
    if (byte === 0) return undefined;
    place ^= byte;
    const unit = trie[place];
    if (unit === undefined || (unit & 0x800000ff) >>> 0 !== byte) return undefined;
    place ^= offsetOf(unit);
    if ((unit & 0x100) === 0) continue;
    const start = (trie[place] ?? 0) & 0x7fffffff;
    const end = texts.indexOf(0, start);
    return decoder.decode(texts.subarray(start, end < 0 ? texts.length : end));
  }
  return undefined;
}

function offsetOf(unit: number): number {
  return ((unit >>> 10) << ((unit & 0x200) >>> 6)) >>> 0;
}
