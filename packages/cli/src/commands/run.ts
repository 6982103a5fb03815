import { loadModel } from '@mlxengine/engine';
import type { Command } from '../command.js';
import { adapterOptions, generateOptions, modelOptions, readAdapterOptions, readGenerateOptions, readModelOptions } from '../model-options.js';
import { optionValues } from '../option-values.js';
import { ProgressLine } from '../progress-line.js';
import { asMessages, readPrompt } from '../prompt-input.js';
import { describeStatistics } from '../statistics.js';

export const run: Command = {
  name: 'run',
  summary: 'Answer one prompt; the answer alone goes to standard output',
  arguments: '[prompt]',
  options: { ...modelOptions, ...adapterOptions, ...generateOptions },
  run: async (input) => {
    const values = optionValues('run', input);
    const { model, ...options } = { ...readModelOptions(values), ...readAdapterOptions(values) };
    const parameters = readGenerateOptions(values);
    const messages = asMessages(await readPrompt(input, 'run'), values.text('system'));
    const { signal } = input;
    const progress = new ProgressLine(input);
    await using engine = await loadModel(model, { ...options, signal, onProgress: progress.update }).finally(() => progress.clear());
    const stream = engine.stream(messages, { ...parameters, signal });
    for await (const text of stream) input.stdout.write(text);
    input.stdout.write('\n');
    if (values.flag('stats')) input.stderr.write(describeStatistics(engine, await stream.result));
    return 0;
  },
};
