import type { BackendFeature } from '@mlxengine/core/backend';
import { afterAll, describe, expect, test } from 'vitest';
import { createMLXBackend } from '../src/index.js';
import { Cell } from './cache-table/cell.js';
import { events } from './cache-table/events.js';
import { kinds } from './cache-table/kinds.js';
import { refusals } from './cache-table/refusals.js';
import { missing, suiteName } from './mlx.js';

const backend = missing === '' ? await createMLXBackend({ device: 'cpu' }) : undefined;

describe.skipIf(backend === undefined)(suiteName('kinds of caches and what happens to them', missing), () => {
  afterAll(() => backend?.[Symbol.asyncDispose]());

  for (const [kindName, kind] of Object.entries(kinds)) {
    describe(kindName, () => {
      for (const [eventName, event] of Object.entries(events)) {
        const lacks = (feature: BackendFeature): boolean => backend?.supports.features.includes(feature) === false;
        const lacking = [...kind.needs, ...event.needs].filter(lacks);
        const refusal = kind.needs.some(lacks) ? undefined : kind.refusal;
        const unavailable = refusal ?? (lacking.length > 0 ? `not offered without ${lacking.join(', ')}` : undefined);
        test(unavailable === undefined ? eventName : `${eventName}: ${unavailable}`, async () => {
          if (backend === undefined) return;
          const cell = new Cell(backend, kind);
          if (refusal !== undefined) await expect(cell.load()).rejects.toMatchObject({ code: refusal });
          else if (lacking.length === 0) await event.run(cell);
          else for (const feature of lacking) await refusals[feature]?.(cell);
          await cell.unload();
        });
      }
    });
  }
});
