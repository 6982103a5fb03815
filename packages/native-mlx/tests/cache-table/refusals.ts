import { UnsupportedFeatureError } from '@mlxengine/core';
import type { BackendFeature, BackendModel } from '@mlxengine/core/backend';
import { expect } from 'vitest';
import { promptOf, type Cell } from './cell.js';

const prompt = promptOf(9, 1);

async function expectRefused(asking: Promise<unknown>): Promise<void> {
  await expect(asking).rejects.toBeInstanceOf(UnsupportedFeatureError);
}

function expectAbsent(...methods: readonly (BackendModel[keyof BackendModel])[]): void {
  for (const method of methods) expect(method).toBeUndefined();
}

/** How a backend that lacks a feature has to answer who asks for it. A feature without an entry cannot be asked for yet. */
export const refusals: Partial<Readonly<Record<BackendFeature, (cell: Cell) => Promise<void>>>> = {
  'prefix-cache': async (cell) => expectRefused(cell.answer(await cell.load(), { prompt, cache: { borders: [2] } })),
  'cache-files': async (cell) => {
    const { saveCache, loadCache } = await cell.load();
    expectAbsent(saveCache, loadCache);
  },
  adapters: async (cell) => {
    const model = await cell.load();
    expectAbsent(model.loadAdapter);
    await expectRefused(cell.answer(model, { prompt, adapter: 1 }));
  },
};
