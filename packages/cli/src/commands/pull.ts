import { dirname } from 'node:path';
import { CommandError, ModelNotFoundError } from '@mlxengine/core';
import { createDownloader } from '@mlxengine/downloader';
import { findModel } from '@mlxengine/registry';
import type { Command } from '../command.js';
import { optionValues } from '../option-values.js';
import { ProgressLine } from '../progress-line.js';

export const pull: Command = {
  name: 'pull',
  summary: 'Download a model into the hub cache; prints the folder',
  arguments: '<name or owner/name>',
  options: {
    revision: { type: 'string', value: 'R', description: 'branch, tag or commit (default: main)' },
  },
  run: async (input) => {
    const [name, ...more] = input.positionals;
    if (name === undefined || more.length > 0) {
      throw new CommandError('cli.usage', { problem: 'Expected one model.', command: 'pull' });
    }
    const id = findModel(name)?.hubId ?? name;
    if (!/^[^/\s]+\/[^/\s]+$/.test(id)) {
      throw new ModelNotFoundError('model.not-found', { model: name, reason: 'it is no registry name and no hub id' });
    }
    const revision = optionValues('pull', input).text('revision');
    const progress = new ProgressLine(input);
    const source = await createDownloader()
      .download(id, {
        signal: input.signal,
        onProgress: (update) => progress.update({ ...update, phase: 'download' }),
        ...(revision === undefined ? {} : { revision }),
      })
      .finally(() => progress.clear());
    const configuration = source.localPath?.('config.json');
    input.stdout.write(`${configuration === undefined ? source.name : dirname(configuration)}\n`);
    return 0;
  },
};
