import { CheckpointError, UnsupportedFeatureError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { ConfigReader } from '../config/config-reader.js';
import { ropeSettings } from './rope-scaling.js';

function frequencies(scaling?: Readonly<Record<string, unknown>>): readonly number[] {
  const init = { dimensions: 8, base: 10000, traditional: false };
  return ropeSettings({ ...init, ...(scaling && { scaling: new ConfigReader(scaling) }) }).inverseFrequencies;
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 9);
}

test('default: base ** (-2 i / dimensions)', () => {
  expectClose(frequencies(), [1, 0.1, 0.01, 0.001]);
  expectClose(frequencies({ rope_type: 'default' }), [1, 0.1, 0.01, 0.001]);
  expectClose(frequencies({ type: null }), [1, 0.1, 0.01, 0.001]);
});

test('linear divides positions; "type" wins over "rope_type"', () => {
  expectClose(frequencies({ type: 'linear', rope_type: 'llama3', factor: 4 }), [0.25, 0.025, 0.0025, 0.00025]);
});

test('llama3 keeps short waves, stretches long ones and blends between', () => {
  const scaling = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 100 };
  // Wavelengths 6.28, 62.8, 628, 6283 against 100 / 4 and 100 / 1.
  const smooth = (100 / (20 * Math.PI) - 1) / 3;
  expectClose(frequencies(scaling), [1, 0.1 * ((1 - smooth) / 8 + smooth), 0.01 / 8, 0.001 / 8]);
});

test.for(['yarn', 'dynamic', 'longrope', 'mrope', 'proportional', 'magic'])('%s is named as not supported', (type) => {
  expect(() => frequencies({ rope_type: type, factor: 2 })).toThrow(UnsupportedFeatureError);
  expect(() => frequencies({ rope_type: type, factor: 2 })).toThrow(`the rope variant "${type}"`);
});

test.for([{ type: 'linear' }, { type: 'linear', factor: 0 }, { type: 'linear', factor: 'x' }, { rope_type: 'llama3', factor: Infinity }, { rope_type: 3 }])(
  '%j is refused',
  (scaling) => {
    expect(() => frequencies(scaling)).toThrow(CheckpointError);
  },
);
