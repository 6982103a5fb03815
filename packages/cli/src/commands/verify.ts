import { basename, dirname, resolve } from 'node:path';
import { CommandError } from '@mlxengine/core';
import { openFolder } from '@mlxengine/downloader';
import { readReference, verifyModel, type Verification } from '@mlxengine/engine';
import type { Command, CommandInput } from '../command.js';
import { modelOptions, readModelOptions } from '../model-options.js';
import { optionValues, type OptionValues } from '../option-values.js';
import { ProgressLine } from '../progress-line.js';
import { table } from '../table.js';

const dtypes = ['float32', 'float16', 'bfloat16'] as const;

export const verify: Command = {
  name: 'verify',
  summary: 'Compare a model\'s numbers with another implementation\'s; exits with 1 where they differ',
  arguments: '<model>',
  options: {
    reference: { type: 'string', short: 'r', value: 'F', description: 'safetensors file with tokens, logits and step_logits; with embedding or hidden for an encoder' },
    backend: modelOptions.backend,
    dtype: { type: 'string', value: 'D', description: 'number format to compute in (default: float32)' },
    tolerance: { type: 'string', value: 'T', description: 'greatest difference that passes (default: 0.001)' },
    json: { type: 'boolean', description: 'one line of JSON' },
  },
  run: async (input) => {
    const values = optionValues('verify', input);
    const file = values.text('reference');
    if (file === undefined) throw usage('--reference is missing.');
    const { model: _, ...options } = readModelOptions(values);
    const tolerance = values.number('tolerance', { min: 0 });
    const path = resolve(file);
    const { signal } = input;
    const progress = new ProgressLine(input);
    const verification = await verifyModel(modelOf(input), {
      ...options,
      dtype: values.oneOf('dtype', dtypes) ?? 'float32',
      reference: await readReference(await openFolder(dirname(path)), basename(path), signal),
      signal,
      onProgress: progress.update,
      ...(tolerance === undefined ? {} : { tolerance }),
    }).finally(() => progress.clear());
    input.stdout.write(describe(verification, values));
    return verification.pass ? 0 : 1;
  },
};

function modelOf({ positionals: [model, ...more] }: CommandInput): string {
  if (model === undefined || more.length > 0) throw usage('Expected one model.');
  return model;
}

function usage(problem: string): CommandError {
  return new CommandError('cli.usage', { problem, command: 'verify' });
}

function describe(found: Verification, values: OptionValues): string {
  const { architecture, backend, tokens, maxAbsError, maxAbsErrorStep, meanKL, top1Agreement, pass } = found;
  if (values.flag('json')) {
    return `${JSON.stringify({ architecture, backend, tokens, maxAbsError, maxAbsErrorStep, meanKL, top1Agreement, pass })}\n`;
  }
  const rows: string[][] = [
    ['architecture', architecture],
    ['backend', backend],
    ['tokens', String(tokens)],
    ['largest difference', maxAbsError.toExponential(2)],
    ['step by step', maxAbsErrorStep.toExponential(2)],
  ];
  if (meanKL !== null) rows.push(['mean divergence', `${meanKL.toExponential(2)} nats`]);
  if (top1Agreement !== null) rows.push(['same likeliest token', `${(100 * top1Agreement).toFixed(1)} %`]);
  return `${table(rows)}${pass ? 'The numbers agree.' : 'The numbers differ.'}\n`;
}
