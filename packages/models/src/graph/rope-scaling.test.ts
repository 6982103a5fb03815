import { readFileSync } from 'node:fs';
import { CheckpointError, MLXEngineError, UnsupportedFeatureError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { ConfigReader } from '../config/config-reader.js';
import { ropeSettings } from './rope-scaling.js';
import type { RopeSettings } from './rope-settings.js';
import { applyYarnMscale } from './rope-yarn.js';

/** What mlx-lm makes of a scaling; `tests/support/rope_reference.py` writes the file. */
interface Golden {
  readonly dimensions: number;
  readonly base: number;
  readonly maxPositionEmbeddings?: number;
  readonly scaling: Readonly<Record<string, unknown>>;
  readonly inverseFrequencies: readonly number[];
  readonly amplitude: number;
  readonly attentionScale: number;
}

const golden = JSON.parse(readFileSync(new URL('../../tests/support/rope-golden.json', import.meta.url), 'utf8')) as readonly Golden[];

function settings(scaling?: Readonly<Record<string, unknown>>, init: Readonly<Partial<Golden>> = {}): RopeSettings {
  const { dimensions = 8, base = 10000, maxPositionEmbeddings } = init;
  return ropeSettings({ dimensions, base, traditional: false, maxPositionEmbeddings, ...(scaling && { scaling: new ConfigReader(scaling) }) });
}

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(Math.abs((found[index] as number) - value)).toBeLessThanOrEqual(3e-7 * Math.abs(value));
}

test.for(golden)('$scaling over $dimensions dimensions, as mlx-lm has it', ({ inverseFrequencies, amplitude, attentionScale, scaling, ...init }) => {
  const found = settings(scaling, init);
  expectClose(found.inverseFrequencies, inverseFrequencies);
  expect(found.amplitude).toBeCloseTo(amplitude, 12);
  expect(applyYarnMscale(0.125, new ConfigReader(scaling))).toBeCloseTo(attentionScale, 12);
});

test('default: base ** (-2 i / dimensions)', () => {
  for (const scaling of [undefined, { rope_type: 'default' }, { type: null }, { type: 'mrope', mrope_section: [1, 1, 2] }]) {
    const { inverseFrequencies, amplitude } = settings(scaling);
    expectClose(inverseFrequencies, [1, 0.1, 0.01, 0.001]);
    expect(amplitude).toBe(1);
  }
  expect(applyYarnMscale(0.125, undefined)).toBe(0.125);
});

test('linear divides positions; "type" wins over "rope_type"', () => {
  expectClose(settings({ type: 'linear', rope_type: 'llama3', factor: 4 }).inverseFrequencies, [0.25, 0.025, 0.0025, 0.00025]);
});

test('dynamic is left to the backend, with the length that the model was trained with', () => {
  expect(settings({ type: 'dynamic', factor: 2 }, { maxPositionEmbeddings: 64 }).dynamic).toEqual({ base: 10000, factor: 2, maximum: 64 });
  expect(settings({ type: 'dynamic', factor: 2 }).dynamic).toEqual({ base: 10000, factor: 2, maximum: 2048 });
});

test('an unknown variant is named with those that are supported', () => {
  expect(() => settings({ rope_type: 'magic', factor: 2 })).toThrow(UnsupportedFeatureError);
  expect(() => settings({ rope_type: 'magic', factor: 2 })).toThrow(/the rope variant "magic".*longrope/);
  expect(() => settings({ rope_type: 'toString' })).toThrow(UnsupportedFeatureError);
});

test.for([
  { type: 'linear' }, { type: 'linear', factor: 0 }, { type: 'linear', factor: 'x' }, { rope_type: 'llama3', factor: Infinity }, { rope_type: 3 },
  { type: 'yarn' }, { type: 'yarn', factor: 4, original_max_position_embeddings: 0 }, { type: 'dynamic' }, { type: 'dynamic', factor: 0 },
  { type: 'longrope', long_factor: 1 }, { type: 'longrope', original_max_position_embeddings: 64, long_factor: [1, 2] },
  { type: 'longrope', original_max_position_embeddings: 64, long_factor: [1, 2, 3, 'x'] }, { type: 'longrope', original_max_position_embeddings: 1, long_factor: 2 },
  { type: 'proportional', partial_rotary_factor: 2 }, { type: 'mrope' }, { type: 'mrope', mrope_section: [1] },
])('%j is refused', (scaling) => {
  expect(() => settings(scaling)).toThrow(CheckpointError);
});

test('whatever a single value is replaced by, the answer is finite or a typed error', () => {
  const hostile = [null, true, -1, 0, 1, 1e-300, 1e308, NaN, Infinity, 'x', [], {}, [1e308, 1, 1, 1]];
  for (const { scaling } of golden) {
    for (const key of [...Object.keys(scaling), 'mscale', 'mscale_all_dim', 'beta_fast', 'factor', 'long_factor']) {
      for (const value of hostile) {
        try {
          const { inverseFrequencies, amplitude } = settings({ ...scaling, [key]: value }, { base: 1, dimensions: 8 });
          expect([amplitude, ...inverseFrequencies].every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(MLXEngineError.isInstance(error), `${key} = ${JSON.stringify(value)}: ${String(error)}`).toBe(true);
        }
      }
    }
  }
});
