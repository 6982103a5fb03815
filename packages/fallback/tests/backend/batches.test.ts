import type { ScoreResult } from '@mlxengine/core/backend';
import { createReferenceBackend, createTinyModel } from '@mlxengine/testing';
import { expect, test } from 'vitest';
import { createFallbackBackend } from '../../src/index.js';
import { promptOf } from './tokens.js';
import { tinyEncoder } from './tiny-encoder.js';

test('scores of a batch of unequal lengths are the same to the bit as each alone', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = createTinyModel({ quantization: { mode: 'affine', bits: 4, groupSize: 32 } });
  const model = await backend.loadModel(graph, weights);
  const sequences = [2, 300, 17, 64, 65, 2, 9, 130, 33, 5, 70].map((length, salt) => promptOf(length, salt));
  const alone: ScoreResult[] = [];
  for (const tokens of sequences) alone.push(await model.score({ tokens, logits: true }));
  for (const chunkSize of [undefined, 1, 7]) {
    const together = await model.scoreBatch({ sequences, logits: true, ...(chunkSize !== undefined && { chunkSize }) });
    expect(together).toHaveLength(sequences.length);
    // One by one and up to the first that differs: a picture of all would take minutes.
    together.forEach(({ logits, logProbabilities }, index) => {
      expect(logProbabilities).toEqual(alone[index]?.logProbabilities);
      expect(logits?.findIndex((value, at) => value !== alone[index]?.logits?.[at])).toBe(-1);
    });
  }
  const [first] = await model.scoreBatch({ sequences });
  expect(first).toEqual({ logProbabilities: alone[0]?.logProbabilities });
});

test('vectors are the same to the bit alone, beside others, and after a step that had to be larger', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = tinyEncoder(2000);
  const model = await backend.loadModel(graph, weights);
  const lengths = [3, 511, 1, 512, 40, 800];
  const sequences = lengths.map((length, salt) => promptOf(length, salt));
  const small = await model.embed({ sequences: sequences.slice(0, 3), hidden: true });
  const before = backend.memory().activeBytes;
  const all = await model.embed({ sequences, hidden: true });
  expect(backend.memory().activeBytes).toBeGreaterThan(before);
  expect(all.pooled.slice(0, 3)).toEqual(small.pooled);
  expect(all.hidden?.slice(0, 3)).toEqual(small.hidden);
  for (const [index, tokens] of sequences.entries()) {
    const { pooled, hidden } = await model.embed({ sequences: [tokens], hidden: true });
    expect(pooled[0]).toEqual(all.pooled[index]);
    expect(hidden?.[0]).toEqual(all.hidden?.[index]);
    expect(hidden?.[0]).toHaveLength(tokens.length * 32);
  }
  await using reference = createReferenceBackend();
  const expected = await (await reference.loadModel(graph, weights)).embed({ sequences: sequences.slice(4, 5) });
  expected.pooled[0]?.forEach((value, index) => expect(all.pooled[4]?.[index]).toBeCloseTo(value, 5));
});

test('many short sequences go into as many steps as they need', async () => {
  await using backend = await createFallbackBackend();
  const { graph, weights } = tinyEncoder(100);
  const model = await backend.loadModel(graph, weights);
  const sequences = Array.from({ length: 90 }, (_, index) => promptOf(1 + (index % 13), index));
  const { pooled, hidden } = await model.embed({ sequences });
  expect(hidden).toBeUndefined();
  expect(pooled).toHaveLength(90);
  expect((await model.embed({ sequences: sequences.slice(77, 78) })).pooled[0]).toEqual(pooled[77]);
});

test('attention that the calling thread does in parts is the same to the bit', async () => {
  const { graph, weights } = tinyEncoder(2000);
  const sequences = [promptOf(900, 1), promptOf(31, 2)];
  const results = [];
  for (const inline of [false, true]) {
    await using backend = await createFallbackBackend({ inline });
    results.push(await (await backend.loadModel(graph, weights)).embed({ sequences }));
  }
  expect(results[0]).toEqual(results[1]);
});
