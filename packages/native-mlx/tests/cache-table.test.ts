import { afterAll, describe, test } from 'vitest';
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
        const lacking = [...kind.needs, ...event.needs].filter((feature) => backend?.supports.features.includes(feature) === false);
        test(lacking.length === 0 ? eventName : `${eventName}: refused without ${lacking.join(', ')}`, async () => {
          if (backend === undefined) return;
          const cell = new Cell(backend, kind);
          if (lacking.length === 0) await event.run(cell);
          for (const feature of lacking) await refusals[feature]?.(cell);
          await cell.unload();
        });
      }
    });
  }
});
