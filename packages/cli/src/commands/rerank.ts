import { CommandError } from '@mlxengine/core';
import { loadReranker } from '@mlxengine/engine';
import type { Command } from '../command.js';
import { readVectorModelOptions, vectorModelOptions } from '../model-options.js';
import { optionValues } from '../option-values.js';
import { ProgressLine } from '../progress-line.js';
import { readTexts } from '../prompt-input.js';

export const rerank: Command = {
  name: 'rerank',
  summary: 'Score how well documents answer a query, best first',
  arguments: '[document…]',
  options: {
    ...vectorModelOptions,
    query: { type: 'string', short: 'q', value: 'TEXT', description: 'what the documents are to answer' },
    instruction: { type: 'string', value: 'TEXT', description: 'what answering means, for models that take it' },
  },
  run: async (input) => {
    const values = optionValues('rerank', input);
    const { model, ...options } = readVectorModelOptions(values, 'rerank');
    const query = values.text('query');
    if (query === undefined) throw new CommandError('cli.usage', { problem: '--query is missing.', command: 'rerank' });
    const documents = await readTexts(input, 'rerank', 'documents');
    const { signal } = input;
    const instruction = values.text('instruction');
    const progress = new ProgressLine(input);
    await using engine = await loadReranker(model, { ...options, signal, onProgress: progress.update }).finally(() => progress.clear());
    const { scores, order } = await engine.rerank(query, documents, { signal, ...(instruction === undefined ? {} : { instruction }) });
    if (values.flag('json')) input.stdout.write(`${JSON.stringify({ model: engine.model.id, scores, order })}\n`);
    else for (const index of order) input.stdout.write(`${scores[index]?.toFixed(4)}  ${documents[index]}\n`);
    return 0;
  },
};
