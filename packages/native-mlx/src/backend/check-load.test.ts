import { UnsupportedFeatureError } from '@mlxengine/core';
import { createTinyModel } from '@mlxengine/testing';
import { expect, test } from 'vitest';
import { checkLoad } from './check-load.js';

const { graph, weights } = createTinyModel();

/** What the check throws for a number of threads. */
function refusal(threads: number): unknown {
  try {
    checkLoad(graph, weights, { threads });
    return undefined;
  } catch (error) {
    return error;
  }
}

test.each([0, 1, 2])('%i threads are refused, because MLX takes as many as it likes', (threads) => {
  const error = refusal(threads);
  expect(error).toBeInstanceOf(UnsupportedFeatureError);
  expect(error).toMatchObject({ code: 'feature.unsupported', message: expect.stringContaining("MLX's threads cannot be set") as string });
});

test('what it does is let through', () => {
  expect(() => checkLoad(graph, weights, {})).not.toThrow();
});
