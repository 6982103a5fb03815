import { CheckpointError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { Random } from '../../tests/support/random.js';
import { parseJson } from './parse-json.js';
import type { JsonValue } from './parse-json.js';

const strict = { file: 'x.json', duplicateKeys: false, nonFinite: false };
const lenient = { file: 'x.json', duplicateKeys: true, nonFinite: true };

test.for([
  '{"a": [1, -2.5e3, 0.1, true, false, null, ""], "b": {"": {}}, "__proto__": [[]]}',
  ' [ ] ', '"\\u00e9\\n\\"\\\\ \\ud83d\\ude00 é"', '0', '-0.0', '1E+2', '"ends in a backslash \\\\"', '{"toString": 1}',
])('reads %s as JSON.parse does', (text) => {
  expect(plain(parseJson(text, strict))).toEqual(JSON.parse(text));
});

test('reads random documents as JSON.parse does', () => {
  const random = new Random(1);
  for (let run = 0; run < 500; run += 1) {
    const text = JSON.stringify(randomValue(random, 4), null, random.below(3));
    expect(plain(parseJson(text, strict))).toEqual(JSON.parse(text));
  }
});

test.for([
  '', '{', '[1,]', '{"a":1,}', '{a:1}', '[1 2]', '01', '+1', '.5', '1.', 'nul', 'NaN', '"\u0001"', '"\\x"', '"open', '{} x', "['a']", '"\\', '[-]',
  '{"a" 1}', '\u00a0{}', '[1,,2]',
])('refuses %j', (text) => {
  expect(() => JSON.parse(text) as unknown).toThrow();
  expect(() => parseJson(text, strict)).toThrow(CheckpointError);
});

test('says where and what', () => {
  expect(() => parseJson('{"a": tru}', strict)).toThrow('x.json is not valid JSON: expected a value at character 6, found "t".');
});

test('refuses or takes duplicate keys as it is told, also those that escapes hide', () => {
  const text = '{"a": 1, "\\u0061": 2}';
  expect(() => parseJson(text, strict)).toThrow(expect.objectContaining({ code: 'checkpoint.json-duplicate-key' }));
  expect(parseJson(text, lenient)).toEqual(new Map([['a', 2]]));
});

test('reads Python\'s non-finite numbers only where it is told', () => {
  expect(parseJson('[NaN, Infinity, -Infinity, -1]', lenient)).toEqual([NaN, Infinity, -Infinity, -1]);
  expect(() => parseJson('[Infinity]', strict)).toThrow(CheckpointError);
});

test.for([
  ['nesting', '['.repeat(1e6), 'checkpoint.json-depth'],
  ['nesting of objects', '{"a":'.repeat(1e6), 'checkpoint.json-depth'],
  ['space', ' '.repeat(5e6), 'checkpoint.json-syntax'],
  ['digits', '1'.repeat(5e6), 'checkpoint.json-syntax'],
  ['an open string', `"${'a'.repeat(5e6)}`, 'checkpoint.json-syntax'],
  ['backslashes', `"${'\\'.repeat(5e6)}`, 'checkpoint.json-syntax'],
  ['escaped quotes', `"${'\\"'.repeat(2e6)}`, 'checkpoint.json-syntax'],
] as const)('megabytes of %s end in a typed error', ([, text, code]) => {
  expect(() => parseJson(text, strict)).toThrow(expect.objectContaining({ code }));
});

function plain(value: JsonValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return value instanceof Map ? Object.fromEntries([...value].map(([key, item]) => [key, plain(item as JsonValue)])) : value;
}

function randomValue(random: Random, depth: number): unknown {
  const scalar = [null, true, false, random.below(1e9), random.below(1e9) / 7 - 1e7, `é"\\\n${random.below(100)}`, ''];
  const kind = depth === 0 ? 0 : random.below(3);
  if (kind === 0) return random.pick(scalar);
  const items = Array.from({ length: random.below(5) }, () => randomValue(random, depth - 1));
  return kind === 1 ? items : Object.fromEntries(items.map((item, index) => [`k"${index}`, item]));
}
