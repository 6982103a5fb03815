import { CheckpointError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { MemorySource } from '../../tests/support/memory-source.js';
import { readModelConfig } from './read-config.js';
import type { ModelConfig } from './read-config.js';

async function read(config: string, generation?: string, more: Readonly<Record<string, string>> = {}): Promise<ModelConfig> {
  const source = new MemorySource({ 'config.json': config, ...(generation !== undefined && { 'generation_config.json': generation }), ...more });
  return readModelConfig(source, await source.list());
}

test('decodes non-finite numbers, both as tags and as Python writes them', async () => {
  const { values } = await read('{"a": {"__float__": "Infinity"}, "b": [{"__float__": "-Infinity"}, NaN], "c": {"__float__": "x"}, "d": {"__float__": "NaN", "e": 1}}');
  expect(values).toEqual({ a: Infinity, b: [-Infinity, NaN], c: { __float__: 'x' }, d: { __float__: 'NaN', e: 1 } });
});

test('a key called __proto__ stays a key', async () => {
  const { values } = await read('{"__proto__": {"polluted": 1}, "constructor": 2}');
  expect(Object.keys(values)).toEqual(['__proto__', 'constructor']);
  expect((values as { polluted?: number }).polluted).toBeUndefined();
});

test.for([
  ['{}', undefined, []],
  ['{"eos_token_id": 2}', undefined, [2]],
  ['{"eos_token_id": [2, 3]}', undefined, [2, 3]],
  ['{"eos_token_id": 2}', '{"eos_token_id": [4]}', [4]],
  ['{"eos_token_id": 2}', '{"eos_token_id": 0}', [0]],
  ['{"eos_token_id": 2}', '{"eos_token_id": null}', [2]],
  ['{"eos_token_id": 2}', '{"eos_token_id": []}', [2]],
] as const)('end tokens of %s and %s are %j', async ([config, generation, endTokens]) => {
  expect((await read(config, generation)).endTokens).toEqual(endTokens);
});

test.for([
  ['{}', undefined],
  ['{"temperature": 0.6, "top_p": 0.9, "top_k": 20, "min_p": 0.1}', { temperature: 0.6, topP: 0.9, topK: 20, minP: 0.1 }],
  ['{"do_sample": true, "top_k": 0, "top_p": null}', { temperature: 1 }],
  ['{"do_sample": true, "temperature": 0.7, "top_k": -1}', { temperature: 0.7 }],
  ['{"do_sample": false, "temperature": 0.7}', undefined],
] as const)('sampling defaults of %s are %j', async ([generation, defaults]) => {
  expect((await read('{}', generation)).samplingDefaults).toEqual(defaults);
});

test.for([
  ['{"eos_token_id": "2"}', '{}'], ['{"eos_token_id": [2, -1]}', '{}'], ['{"eos_token_id": [2.5]}', '{}'], ['[]', '{}'], ['{', '{}'], ['', '{}'],
  ['{"__float__": "NaN"}', '{}'], ['{}', 'null'], ['{}', '{"temperature": "hot"}'], ['{}', '{"temperature": -1}'], ['{}', '{"temperature": NaN}'],
  ['{}', '{"top_p": 0}'], ['{}', '{"top_p": 1.1}'], ['{}', '{"top_k": 1.5}'], ['{}', '{"do_sample": 2}'],
] as const)('refuses %s with %s', async ([config, generation]) => {
  await expect(read(config, generation)).rejects.toThrow(CheckpointError);
});

test('without config.json the file is named', async () => {
  await expect(readModelConfig(new MemorySource({}), [])).rejects.toThrow(expect.objectContaining({ code: 'checkpoint.missing-file' }));
});

test('a file of impossible size is not read', async () => {
  const source = new MemorySource({ 'config.json': '{}' });
  await expect(readModelConfig(source, [{ path: 'config.json', size: 2 ** 30 }])).rejects.toThrow(
    expect.objectContaining({ code: 'checkpoint.file-too-large' }),
  );
  expect(source.reads).toEqual([]);
});

test('quantization in a file of its own counts where config.json has none', async () => {
  const file = { 'hf_quant_config.json': '{"quantization": {"quant_algo": "NVFP4"}}' };
  expect((await read('{}', undefined, file)).values['quantization_config']).toMatchObject({ quant_method: 'modelopt' });
  expect((await read('{"quantization": {"bits": 4}}', undefined, file)).values).toEqual({ quantization: { bits: 4 } });
  const nested = { text_config: { quantization_config: { quant_method: 'awq' } } };
  expect((await read(JSON.stringify(nested), undefined, file)).values).toEqual(nested);
});
