import { CheckpointError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { ConfigReader } from './config-reader.js';

const bounds = { minimum: 1, maximum: 10 };
const config = new ConfigReader({
  one: 1, half: 0.5, big: 11, text: 'x', nothing: null, zero: 0, silent: undefined, yes: true, list: ['a', 'b'], mixed: ['a', 1], nested: { one: 1, text: 'y' }, inf: Infinity,
});

test('reads what is there, and the default where there is nothing or null', () => {
  expect(config.integer('one', bounds)).toBe(1);
  expect(config.integer('nothing', bounds, 3)).toBe(3);
  expect(config.number('half', { minimum: 0, maximum: 1 })).toBe(0.5);
  expect(config.boolean('yes')).toBe(true);
  expect([config.boolean('one'), config.boolean('zero')]).toEqual([true, false]);
  expect(config.boolean('missing', false)).toBe(false);
  expect(config.string('text')).toBe('x');
  expect(config.optionalStrings('list')).toEqual(['a', 'b']);
  expect(config.optionalInteger('nothing', bounds)).toBeUndefined();
  expect(config.object('nested')?.integer('one', bounds)).toBe(1);
  expect(config.object('nothing')).toBeUndefined();
});

test.for<readonly [string, () => unknown]>([
  ['one above its bounds', () => config.integer('big', bounds)],
  ['a fraction for an integer', () => config.integer('half', { minimum: 0, maximum: 1 })],
  ['infinity', () => config.number('inf', { minimum: 0, maximum: Infinity }, undefined, true)],
  ['text for a number', () => config.number('text', bounds)],
  ['a missing required value', () => config.integer('missing', bounds)],
  ['null for a required value', () => config.integer('nothing', bounds)],
  ['a key of every object', () => config.integer('constructor', bounds)],
  ['a number for a flag', () => config.boolean('big')],
  ['a number for text', () => config.string('one')],
  ['a list that holds a number', () => config.optionalStrings('mixed')],
  ['a list for an object', () => config.object('list')],
  ['text for an object', () => config.object('text')],
])('refuses %s', ([, read]) => {
  expect(read).toThrow(CheckpointError);
  expect(read).toThrow(expect.objectContaining({ code: 'checkpoint.config-value' }));
});

test('names file, path and what was found', () => {
  expect(() => new ConfigReader({ a: { b: 'no' } }, 'f.json').object('a')?.integer('b', bounds)).toThrow(
    'f.json: "a.b" is "no", expected integer 1 … 10. Correct the file or download it again.',
  );
});

test('withDefaults fills what is missing or null, and keeps the rest', () => {
  const filled = config.withDefaults({ one: 5, nothing: 2, missing: 3 });
  expect([filled.integer('one', bounds), filled.integer('nothing', bounds), filled.integer('missing', bounds)]).toEqual([1, 2, 3]);
  expect(config.withDefaults({ silent: 4 }).integer('silent', bounds)).toBe(4);
  expect(config.has('missing')).toBe(false);
});

test('withDefaultsUnlessNull leaves null alone, and withValues replaces what there is', () => {
  const filled = config.withDefaultsUnlessNull({ one: 5, nothing: 2, missing: 3 });
  expect([filled.integer('one', bounds), filled.has('nothing'), filled.integer('missing', bounds)]).toEqual([1, false, 3]);
  expect(filled.isNull('nothing')).toBe(true);
  expect(config.withValues({ one: 5 }).integer('one', bounds)).toBe(5);
});

test('isNull tells null from silence', () => {
  expect([config.isNull('nothing'), config.isNull('missing'), config.isNull('one')]).toEqual([true, false, false]);
});
