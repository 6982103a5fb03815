import { loadEmbeddingModel } from '@mlxengine/engine';
import type { Command } from '../command.js';
import { readVectorModelOptions, vectorModelOptions } from '../model-options.js';
import { optionValues } from '../option-values.js';
import { ProgressLine } from '../progress-line.js';
import { readTexts } from '../prompt-input.js';

export const embed: Command = {
  name: 'embed',
  summary: 'Turn texts into vectors, one line of numbers a text',
  arguments: '[text…]',
  options: {
    ...vectorModelOptions,
    prompt: { type: 'string', short: 'p', value: 'NAME', description: 'a prompt of the model that goes before each text, such as query' },
  },
  run: async (input) => {
    const values = optionValues('embed', input);
    const { model, ...options } = readVectorModelOptions(values, 'embed');
    const texts = await readTexts(input, 'embed', 'texts');
    const { signal } = input;
    const prompt = values.text('prompt');
    const progress = new ProgressLine(input);
    await using engine = await loadEmbeddingModel(model, { ...options, signal, onProgress: progress.update }).finally(() => progress.clear());
    const { embeddings } = await engine.embed(texts, { signal, ...(prompt === undefined ? {} : { prompt }) });
    const numbers = embeddings.map(shortest);
    if (values.flag('json')) input.stdout.write(`${JSON.stringify({ model: engine.model.id, dimensions: engine.dimensions, embeddings: numbers })}\n`);
    else for (const vector of numbers) input.stdout.write(`${JSON.stringify(vector)}\n`);
    return 0;
  },
};

/** Nine digits give every float32 back. */
function shortest(vector: Float32Array): readonly number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(9)));
}
