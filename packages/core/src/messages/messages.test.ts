import { afterEach, describe, expect, test } from 'vitest';
import { EngineError } from '../errors/engine-error.js';
import { de, en, formatMessage, setMessageCatalogue, type MessageKey } from './index.js';

const keys = Object.keys(en) as MessageKey[];
const placeholders = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();
const reason = (text: string): string => new EngineError('engine.generation-failed', { reason: text }).message;

afterEach(() => setMessageCatalogue(undefined));

describe('the catalogues', () => {
  test('have the same keys', () => {
    expect(Object.keys(de).sort()).toEqual([...keys].sort());
  });

  test.each(keys)('agree on the placeholders of %s', (key) => {
    expect(placeholders(de[key])).toEqual(placeholders(en[key]));
  });

  test.each(keys)('have whole sentences for %s', (key) => {
    for (const text of [en[key], de[key]]) {
      expect(text.trim()).toBe(text);
      expect(text).toMatch(/([.?!)]|\{\w+\})$/);
      expect(text.replace(/\{\w+\}/g, '')).not.toMatch(/\{\S|\S\}/);
    }
  });
});

describe('a message', () => {
  test('has its values filled in', () => {
    expect(formatMessage('argument.out-of-range', { name: 'topP', found: 2, expected: '<= 1' })).toBe('topP is 2, expected <= 1.');
  });

  test('shows a placeholder without a value, and takes none from a value', () => {
    expect(formatMessage('argument.out-of-range', { name: '{found}' })).toBe('{found} is {found}, expected {expected}.');
    expect(formatMessage('argument.out-of-range', { name: '$&', found: 1, expected: 2 })).toBe('$& is 1, expected 2.');
  });

  test('comes in the language that the application chose', () => {
    expect(reason('kaputt')).toBe('The generation failed: kaputt');
    setMessageCatalogue(de);
    expect(reason('kaputt')).toBe('Die Erzeugung ist gescheitert: kaputt');
  });

  test('may be replaced one by one; the rest stays English', () => {
    setMessageCatalogue({ 'engine.generation-failed': 'Oh no: {reason}' });
    expect(reason('x')).toBe('Oh no: x');
    expect(formatMessage('unloaded.engine', { model: 'm' })).toBe(formatMessage('unloaded.engine', { model: 'm' }, en));
    setMessageCatalogue(undefined);
    expect(reason('x')).toBe('The generation failed: x');
  });
});
