import type { JsonNode } from '../json-node.js';

/*
 * Categories as the Rust package `unicode_categories` knows them, which Python's tokenizers go by: the state of Unicode 8. What counts
 * as a mark or as a format character only since then stays.
 */
const laterFormats: string = '\\u{890}-\\u{891}\\u{8e2}\\u{110cd}\\u{13430}-\\u{1343f}';
const laterMarks: string =
  '\\u{7fd}\\u{897}-\\u{89f}\\u{8ca}-\\u{8e1}\\u{9fe}\\u{afa}-\\u{aff}\\u{b55}\\u{c04}\\u{c3c}\\u{d00}\\u{d3b}-\\u{d3c}\\u{d81}\\u{eba}\\u{ece}'
  + '\\u{180f}\\u{1885}-\\u{1886}\\u{1abf}-\\u{1add}\\u{1ae0}-\\u{1aeb}\\u{1df6}-\\u{1dfb}\\u{a82c}\\u{a8c5}\\u{a8ff}\\u{a9bd}\\u{10d24}-\\u{10d27}'
  + '\\u{10d69}-\\u{10d6d}\\u{10eab}-\\u{10eac}\\u{10efa}-\\u{10eff}\\u{10f46}-\\u{10f50}\\u{10f82}-\\u{10f85}\\u{11070}\\u{11073}-\\u{11074}'
  + '\\u{110c2}\\u{111c9}\\u{111cf}\\u{1123e}\\u{11241}\\u{1133b}\\u{113bb}-\\u{113c0}\\u{113ce}\\u{113d0}\\u{113d2}\\u{113e1}-\\u{113e2}'
  + '\\u{11438}-\\u{1143f}\\u{11442}-\\u{11444}\\u{11446}\\u{1145e}\\u{1182f}-\\u{11837}\\u{11839}-\\u{1183a}\\u{1193b}-\\u{1193c}\\u{1193e}'
  + '\\u{11943}\\u{119d4}-\\u{119d7}\\u{119da}-\\u{119db}\\u{119e0}\\u{11a01}-\\u{11a0a}\\u{11a33}-\\u{11a38}\\u{11a3b}-\\u{11a3e}\\u{11a47}'
  + '\\u{11a51}-\\u{11a56}\\u{11a59}-\\u{11a5b}\\u{11a8a}-\\u{11a96}\\u{11a98}-\\u{11a99}\\u{11b60}\\u{11b62}-\\u{11b64}\\u{11b66}'
  + '\\u{11c30}-\\u{11c36}\\u{11c38}-\\u{11c3d}\\u{11c3f}\\u{11c92}-\\u{11ca7}\\u{11caa}-\\u{11cb0}\\u{11cb2}-\\u{11cb3}\\u{11cb5}-\\u{11cb6}'
  + '\\u{11d31}-\\u{11d36}\\u{11d3a}\\u{11d3c}-\\u{11d3d}\\u{11d3f}-\\u{11d45}\\u{11d47}\\u{11d90}-\\u{11d91}\\u{11d95}\\u{11d97}'
  + '\\u{11ef3}-\\u{11ef4}\\u{11f00}-\\u{11f01}\\u{11f36}-\\u{11f3a}\\u{11f40}\\u{11f42}\\u{11f5a}\\u{13440}\\u{13447}-\\u{13455}'
  + '\\u{1611e}-\\u{16129}\\u{1612d}-\\u{1612f}\\u{16f4f}\\u{16fe4}\\u{1cf00}-\\u{1cf2d}\\u{1cf30}-\\u{1cf46}\\u{1e000}-\\u{1e006}'
  + '\\u{1e008}-\\u{1e018}\\u{1e01b}-\\u{1e021}\\u{1e023}-\\u{1e024}\\u{1e026}-\\u{1e02a}\\u{1e08f}\\u{1e130}-\\u{1e136}\\u{1e2ae}'
  + '\\u{1e2ec}-\\u{1e2ef}\\u{1e4ec}-\\u{1e4ef}\\u{1e5ee}-\\u{1e5ef}\\u{1e6e3}\\u{1e6e6}\\u{1e6ee}-\\u{1e6ef}\\u{1e6f5}\\u{1e944}-\\u{1e94a}';
/** Characters that are made of others only since. */
const laterComposites: string = '\\u{113c5}\\u{113c7}-\\u{113c8}\\u{11938}\\u{105c9}\\u{105e4}\\u{11383}\\u{11385}\\u{1138e}\\u{11391}\\u{16d68}-\\u{16d6a}';

const control = new RegExp(`(?![\\t\\n\\r${laterFormats}])[\\p{Cc}\\p{Cf}\\p{Co}\\ufffd]`, 'gu');
const whitespace = /\p{White_Space}/gu;
const chinese = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;
const accents = new RegExp(`(?![${laterMarks}])\\p{Mn}|\\u1734|\\u{1171e}`, 'gu');
const decomposable = new RegExp(`[^${laterComposites}]+`, 'gu');
const character = /./gsu;

/** BERT's normalizer. Written anew, because that of `@huggingface/tokenizers` 0.2 misses the Chinese characters past the first 65,536. */
export function bertNormalizer(node: JsonNode): (text: string) => string {
  const lowercase = node.get('lowercase').boolean(true);
  const steps: ((text: string) => string)[] = [];
  if (node.get('clean_text').boolean(true)) steps.push((text) => text.replace(control, '').replace(whitespace, ' '));
  if (node.get('handle_chinese_chars').boolean(true)) steps.push((text) => text.replace(chinese, ' $& '));
  if (node.get('strip_accents').boolean(lowercase)) steps.push(stripAccents);
  // Character by character: a sigma that ends a word becomes no other one than those within.
  if (lowercase) steps.push((text) => text.replace(character, (one) => one.toLowerCase()));
  return (text) => steps.reduce((current, step) => step(current), text);
}

function stripAccents(text: string): string {
  return text.replace(decomposable, (part) => part.normalize('NFD')).replace(accents, '');
}
