import { createDownloader } from '@mlxengine/downloader';
import { listModels } from '@mlxengine/registry';
import type { Command } from '../command.js';
import { optionValues } from '../option-values.js';
import { formatBytes, table } from '../table.js';

export const list: Command = {
  name: 'list',
  summary: 'Show the models that are known by name and those in the hub cache',
  arguments: '',
  options: { json: { type: 'boolean', description: 'one line of JSON' } },
  run: async (input) => {
    const known = listModels();
    const cached = await createDownloader().list();
    if (optionValues('list', input).flag('json')) {
      input.stdout.write(`${JSON.stringify({ known, cached })}\n`);
      return 0;
    }
    const here = new Set(cached.map(({ id }) => id));
    const knownRows = known.map((entry) => [
      entry.name,
      entry.hubId,
      entry.starterPackage !== undefined ? 'starter package' : here.has(entry.hubId) ? 'here' : '',
    ]);
    const cachedRows = cached.map(({ id, revision, sizeBytes }) => [id, revision.slice(0, 12), formatBytes(sizeBytes)]);
    input.stdout.write(`Known by name\n${table(knownRows)}\nIn the hub cache\n${cachedRows.length > 0 ? table(cachedRows) : '  none\n'}`);
    return 0;
  },
};
