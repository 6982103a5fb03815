import { readFile, writeFile } from 'node:fs/promises';
import { CommandError, StorageError } from '@mlxengine/core';
import { formatProfile, toChromeTrace, type RequestProfile } from '@mlxengine/core/backend';
import { openModel } from '@mlxengine/engine';
import { measure, profileRun, type Measurement } from '../bench/measure.js';
import { promptOfLength } from '../bench/prompt.js';
import type { Command } from '../command.js';
import { modelOptions, readModelOptions } from '../model-options.js';
import { optionValues } from '../option-values.js';
import { ProgressLine } from '../progress-line.js';
import { formatBytes, table } from '../table.js';

export const bench: Command = {
  name: 'bench',
  summary: 'Measure loading, prefill and decode: greedy, warmed up, the end of sequence ignored',
  arguments: '',
  options: {
    ...modelOptions,
    threads: { type: 'string', value: 'N', description: 'worker threads (default: the backend\'s choice)' },
    'prompt-file': { type: 'string', value: 'F', description: 'text of the prompt (default: a text of our own)' },
    'prompt-tokens': { type: 'string', value: 'P', description: 'tokens of the prompt, cut or repeated (default: the whole file, else 128)' },
    'max-tokens': { type: 'string', value: 'N', description: 'tokens to generate (default: 64)' },
    profile: { type: 'boolean', description: 'time by step and kind of operation of one more run, on standard error' },
    trace: { type: 'string', value: 'FILE', description: 'the same as a trace for chrome://tracing or Perfetto' },
    json: { type: 'boolean', description: 'one line of JSON' },
  },
  run: async (input) => {
    const values = optionValues('bench', input);
    const { model, ...options } = readModelOptions(values);
    const threads = values.number('threads', { min: 1, max: 1024, integer: true });
    const promptTokens = values.number('prompt-tokens', { min: 1, integer: true });
    const maxTokens = values.number('max-tokens', { min: 2, integer: true }) ?? 64;
    const file = values.text('prompt-file');
    const text = file === undefined ? undefined : await readPromptFile(file);
    const progress = new ProgressLine(input);
    const { signal } = input;
    await using opened = await openModel(model, {
      ...options,
      signal,
      onProgress: progress.update,
      ...(threads === undefined ? {} : { threads }),
    }).finally(() => progress.clear());
    const prompt = promptOfLength(opened.tokenizer, text, promptTokens);
    const measurement = await measure(opened, { prompt, maxTokens, signal });
    const trace = values.text('trace');
    const profile = values.flag('profile') || trace !== undefined ? await profileRun(opened, { prompt, maxTokens, signal }) : undefined;
    input.stdout.write(values.flag('json') ? `${JSON.stringify(measurement)}\n` : describe(measurement));
    if (profile !== undefined) input.stderr.write(`\n${formatProfile(profile)}`);
    if (profile !== undefined && trace !== undefined) await writeTrace(trace, profile);
    return 0;
  },
};

async function readPromptFile(path: string): Promise<string> {
  try {
    const text = await readFile(path, 'utf8');
    if (text.trim() !== '') return text;
  } catch (error) {
    throw new StorageError('storage.read-failed', { path, reason: (error as Error).message }, { cause: error });
  }
  throw new CommandError('cli.usage', { problem: `The prompt file ${path} is empty.`, command: 'bench' });
}

async function writeTrace(path: string, profile: RequestProfile): Promise<void> {
  try {
    await writeFile(path, JSON.stringify(toChromeTrace(profile)));
  } catch (error) {
    throw new StorageError('storage.write-failed', { path, reason: (error as Error).message }, { cause: error });
  }
}

function describe(measurement: Measurement): string {
  return table([
    ['model', measurement.model],
    ['backend', `${measurement.backend} on ${measurement.device}, ${measurement.dtype}`],
    ['load', `${measurement.loadMs.toFixed(0)} ms`],
    ['first token', `${measurement.timeToFirstTokenMs.toFixed(1)} ms`],
    ['prefill', `${measurement.prefillTokensPerSecond.toFixed(1)} tokens/s (${measurement.promptTokens} tokens)`],
    ['decode', `${measurement.decodeTokensPerSecond.toFixed(1)} tokens/s (${measurement.completionTokens} tokens)`],
    ['peak memory', formatBytes(measurement.peakMemoryBytes)],
  ]);
}
