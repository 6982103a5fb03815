import { TokenizerError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import golden from '../../tests/support/character-map.json' with { type: 'json' };
import { JsonNode } from '../json-node.js';
import { normalizer } from './normalizer.js';

const build = (map: unknown): ((text: string) => string) | undefined =>
  normalizer(new JsonNode({ type: 'Precompiled', precompiled_charsmap: map }, { source: 'test', file: 'tokenizer.json' }));

test.each(golden.cases)('%j becomes %j, as in Python', (given, expected) => {
  expect(build(golden.map)?.(given)).toBe(expected);
});

test('a sequence runs all its parts in order', () => {
  const normalizers = [{ type: 'Precompiled', precompiled_charsmap: golden.map }, { type: 'Lowercase' }, { type: 'Replace', pattern: { String: 'fi' }, content: 'F' }];
  expect(normalizer(new JsonNode({ type: 'Sequence', normalizers }, { source: 'test', file: 'tokenizer.json' }))?.('\ufb01SH')).toBe('Fsh');
});

test.each([['no base64'], ['****'], [''], ['AAAA'], ['/////w=='], [7]])('a table that is none is refused: %j', (map) => {
  expect(() => build(map)).toThrow(expect.objectContaining({ code: 'tokenizer.invalid' }));
});

test('a damaged table gives text or a typed error, and comes to an end', () => {
  const bytes = Uint8Array.from(atob(golden.map), (character) => character.charCodeAt(0));
  for (let index = 4; index < bytes.length; index += 7) {
    const damaged = Uint8Array.from(bytes);
    damaged[index] = (damaged[index]! + 128) % 256;
    try {
      expect(typeof build(btoa(String.fromCharCode(...damaged)))?.('\ufb01sh caf\u0065\u0301')).toBe('string');
    } catch (error) {
      expect(TokenizerError.isInstance(error)).toBe(true);
    }
  }
});
