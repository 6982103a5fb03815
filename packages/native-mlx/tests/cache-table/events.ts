import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AbortedError } from '@mlxengine/core';
import type { AdapterSource, BackendFeature, Speculation } from '@mlxengine/core/backend';
import { createMemoryWeights } from '@mlxengine/testing';
import { expect } from 'vitest';
import { greedy } from '../mlx.js';
import { promptOf, type Answer, type Asked, type Cell } from './cell.js';

export type EventName = 'batch join and leave' | 'trim' | 'trim to a border' | 'fork' | 'save and load' | 'drafts' | 'adapter';

/** A column of the table. */
export interface CacheEvent {
  /** What the backend has to have for it. */
  readonly needs: readonly BackendFeature[];
  run(cell: Cell): Promise<void>;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function joinAndLeave(cell: Cell): Promise<void> {
  const model = await cell.load();
  const requests = [40, 3, 17, 1, 29, 60].map((length, i) => ({ prompt: promptOf(length, i), maxTokens: [30, 9, 16, 40, 3, 12][i] as number }));
  const controller = new AbortController();
  const aborted = cell.answer(model, { prompt: promptOf(12, 9), maxTokens: 150 }, controller.signal).catch((error: unknown) => error);
  const answers = await Promise.all(requests.map(async (request, i) => {
    for (let at = 0; at < i * 4; at++) await turn();
    if (i === 4) controller.abort();
    return cell.answer(model, request);
  }));
  expect(await aborted).toBeInstanceOf(AbortedError);
  await expectEachAsFresh(cell, answers, requests);
}

const base = promptOf(30, 11);

/** Of some requests at a time what each gives alone. */
async function expectEachAsFresh(cell: Cell, answers: readonly Answer[], requests: readonly Asked[]): Promise<void> {
  for (const [i, request] of requests.entries()) await cell.expectAsFresh(answers[i] as Answer, request);
}

/** Goes back to a position within the prompt, within the answer, and before the last token. */
async function trim(cell: Cell): Promise<void> {
  const model = await cell.load();
  const first = await cell.answer(model, { prompt: base });
  const prompts = {
    'within the prompt': [...base.slice(0, 20), ...promptOf(9, 12)],
    'within the answer': [...base, ...first.tokens.slice(0, 5), ...promptOf(4, 13)],
    'the same again': base,
  };
  for (const prompt of Object.values(prompts)) {
    const answer = await cell.answer(model, { prompt });
    await cell.expectAsFresh(answer, { prompt });
    expect(answer.statistics.cachedPromptTokens).toBeLessThan(prompt.length);
  }
}

/** Goes back to where a message ended, which every kind of cache can. */
async function goBackToBorder(cell: Cell): Promise<void> {
  const model = await cell.load();
  await cell.answer(model, { prompt: base, cache: { borders: [20] } });
  const prompt = [...base.slice(0, 20), ...promptOf(9, 12)];
  const answer = await cell.answer(model, { prompt });
  await cell.expectAsFresh(answer, { prompt });
  expect(answer.statistics.cachedPromptTokens).toBe(20);
}

/** Two answers at a time go on from one that is cached, and it goes on itself. */
async function fork(cell: Cell): Promise<void> {
  const model = await cell.load();
  const { tokens } = await cell.answer(model, { prompt: base });
  const shared = [...base, ...tokens];
  const prompts = [[...shared, 5, 6], [...shared, 7, 8, 9], [...shared, 5, 6, 7], [...shared, 1]];
  const requests = prompts.map((prompt) => ({ prompt }));
  await expectEachAsFresh(cell, await Promise.all(requests.map((request) => cell.answer(model, request))), requests);
}

/** Goes on from a file in another model. */
async function saveAndLoad(cell: Cell): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mlxengine-cache-'));
  try {
    const path = join(folder, 'states.safetensors');
    const model = await cell.load();
    const { tokens } = await cell.answer(model, { prompt: base });
    const saved = await model.saveCache?.({ tokens: [...base, ...tokens], path });
    expect(saved?.cachedTokens).toBeGreaterThanOrEqual(base.length);
    const other = await cell.load();
    expect([...((await other.loadCache?.({ path }))?.tokens ?? [])]).toEqual([...base, ...tokens].slice(0, saved?.cachedTokens));
    const prompt = [...base, ...tokens, 5, 6];
    const answer = await cell.answer(other, { prompt });
    expect(answer.statistics.cachedPromptTokens).toBe(saved?.cachedTokens);
    await cell.expectAsFresh(answer, { prompt });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Changes the embedding, and with it everything that is kept of a token. */
function adapter(): AdapterSource {
  const tensor = (name: string, shape: readonly number[], value: (index: number) => number) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => value(index));
    return { name, dtype: 'F32' as const, shape, bytes: new Uint8Array(values.buffer) };
  };
  const tensors = createMemoryWeights([
    tensor('down', [4, 32], (index) => Math.sin(index)), tensor('up', [96, 4], (index) => Math.cos(3 * index)),
  ]);
  const weight = { path: 'embed', down: { tensor: 'down', transposed: false }, up: { tensor: 'up', transposed: false }, scale: 0.5 };
  return { name: 'an adapter', weights: [weight], tensors };
}

/** Requests with an adapter and without one share steps and beginnings, but nothing that is kept. */
async function adapt(cell: Cell): Promise<void> {
  const load = async () => {
    const model = await cell.load();
    return { model, id: (await model.loadAdapter?.(adapter()))?.id as number };
  };
  const { model, id } = await load();
  const alone = await load();
  const adapted = await cell.answer(alone.model, { prompt: base, adapter: alone.id });
  const plain = await cell.fresh({ prompt: base });
  expect(adapted.tokens).not.toEqual(plain.tokens);
  const both = [{ prompt: base, adapter: id }, { prompt: base }, { prompt: base, adapter: id }, { prompt: base }];
  const answers = [...await Promise.all(both.map((request) => cell.answer(model, request)))];
  for (const request of both) answers.push(await cell.answer(model, request));
  for (const [i, answer] of answers.entries()) cell.expectSame(answer, i % 2 === 0 ? adapted : plain);
}

/** Tokens are guessed from what was there, and by a model; some guesses are wrong, and their positions are taken back. */
async function draft(cell: Cell): Promise<void> {
  const model = await cell.load();
  const prompt = [...promptOf(14, 3), ...promptOf(14, 3), ...promptOf(14, 3)];
  const drawn = { ...greedy, temperature: 0.7, seed: 11 };
  const lookup: Speculation = { kind: 'prompt-lookup', maxDraft: 6, ngram: 2 };
  const same: Speculation = { kind: 'draft', model: await cell.load(), maxDraft: 3 };
  for (const asked of [{ prompt, maxTokens: 60 }, { prompt, maxTokens: 60, sampling: drawn }, { prompt, maxTokens: 60, sampling: { ...drawn, presencePenalty: 0.5 } }]) {
    const expected = await cell.fresh(asked);
    const both: readonly Speculation[] = [lookup, same];
    for (const speculation of both) {
      const answer: Answer = await cell.answer(model, { ...asked, speculation });
      cell.expectSame(answer, expected);
      const { drafted, accepted, steps } = answer.statistics.speculation ?? { drafted: 0, accepted: -1, steps: 0 };
      expect(steps).toBeGreaterThan(0);
      expect(accepted).toBeGreaterThanOrEqual(0);
      expect(drafted).toBeGreaterThanOrEqual(accepted);
      // The same model with the same draws guesses right, but for near ties.
      if (speculation === same) expect(accepted).toBeGreaterThan(drafted / 2);
    }
  }
  // What was taken back is not in the way of what comes later.
  const { tokens } = await cell.answer(model, { prompt, speculation: lookup });
  const next = { prompt: [...prompt, ...tokens, 5, 6] };
  await cell.expectAsFresh(await cell.answer(model, next), next);
}

/** Everything that happens to a cache. */
export const events: Readonly<Record<EventName, CacheEvent>> = {
  'batch join and leave': { needs: ['batching'], run: joinAndLeave },
  trim: { needs: [], run: trim },
  'trim to a border': { needs: ['prefix-cache'], run: goBackToBorder },
  fork: { needs: ['batching'], run: fork },
  'save and load': { needs: ['cache-files'], run: saveAndLoad },
  drafts: { needs: ['speculation'], run: draft },
  adapter: { needs: ['adapters', 'batching'], run: adapt },
};
