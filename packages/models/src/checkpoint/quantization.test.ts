import { CheckpointError, MLXEngineError, UnsupportedFeatureError } from '@mlxengine/core';
import type { Quantization } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { testTensor } from '../../tests/support/tensors.js';
import type { TestTensor } from '../../tests/support/tensors.js';
import { tinyCheckpoint } from '../../tests/support/tiny-llama.js';
import type { TestQuantization } from '../../tests/support/tiny-llama.js';
import { readCheckpoint } from '../read-checkpoint.js';

const path = 'model.layers.0.mlp.up_proj';
const four: TestQuantization = { bits: 4, groupSize: 32 };

async function quantizationOf(
  config: Readonly<Record<string, unknown>>,
  stored: (path: string) => TestQuantization | undefined = () => four,
  change?: (tensors: readonly TestTensor[]) => readonly TestTensor[],
): Promise<Quantization | undefined> {
  const source = await tinyCheckpoint({ config, quantizationOf: stored, ...(change && { change }) });
  return (await readCheckpoint(source)).weights.quantization(path);
}

const replace = (name: string, tensor: TestTensor) => (tensors: readonly TestTensor[]): readonly TestTensor[] =>
  tensors.map((old) => (old.name === name ? tensor : old));

const formats = [2, 3, 4, 5, 6, 8].flatMap((bits) => [32, 64, 128].map((groupSize) => ({ bits, groupSize })));

test.for(formats)('$bits bits in groups of $groupSize follow from the shapes alone', async (format) => {
  expect(await quantizationOf({}, () => format)).toEqual({ mode: 'affine', ...format });
});

test('the shapes win over the config\'s default, an explicit path is checked against them', async () => {
  const eight = { bits: 8, groupSize: 64 };
  const settings = { bits: 4, group_size: 32, mode: 'affine' };
  const stored = (at: string): TestQuantization => (at === path ? eight : four);
  expect(await quantizationOf({ quantization: settings }, stored)).toEqual({ mode: 'affine', ...eight });
  expect(await quantizationOf({ quantization: { ...settings, [path]: { bits: 8, group_size: 64 } } }, stored)).toEqual({ mode: 'affine', ...eight });
  expect(await quantizationOf({ quantization: { ...settings, [path]: true } }, stored)).toEqual({ mode: 'affine', ...eight });
});

test('a weight without scales, or whose path says false, is dense', async () => {
  const stored = (at: string): TestQuantization | undefined => (at === path ? undefined : four);
  expect(await quantizationOf({ quantization: { bits: 4, group_size: 32 } }, stored)).toBeUndefined();
  expect(await quantizationOf({ quantization: { bits: 4, group_size: 32, [path]: false } }, stored)).toBeUndefined();
});

test('the config calls the quantization of most weights the model\'s', async () => {
  const source = await tinyCheckpoint({ quantizationOf: (at) => (at === 'model.embed_tokens' ? { bits: 8, groupSize: 64 } : four) });
  expect((await readCheckpoint(source)).configuration.quantization).toEqual({ mode: 'affine', ...four });
});

test('both names and both places of MLX\'s own settings work', async () => {
  const settings = { bits: 4, group_size: 32 };
  expect(await quantizationOf({ quantization_config: settings })).toMatchObject(four);
  expect(await quantizationOf({ text_config: { quantization_config: settings } })).toMatchObject(four);
  expect(await quantizationOf({ quantization: settings, quantization_config: { quant_method: 'awq' } })).toMatchObject(four);
});

test.for<readonly [string, Readonly<Record<string, unknown>>, ((tensors: readonly TestTensor[]) => readonly TestTensor[])?]>([
  ['bits that the shapes deny', { quantization: { [path]: { bits: 8, group_size: 32 } } }],
  ['a group size that the shapes deny', { quantization: { [path]: { bits: 4, group_size: 64 } } }],
  ['bits that MLX does not know', { quantization: { [path]: { bits: 7, group_size: 32 } } }],
  ['a setting that is no setting', { quantization: { [path]: 4 } }],
  ['bits that are text', { quantization: { bits: '4' } }],
  ['an unknown mode', { quantization: { mode: 'magic' } }],
  ['a path that says false although it is quantized', { quantization: { [path]: false } }],
  ['missing biases', {}, (tensors) => tensors.filter(({ name }) => name !== `${path}.biases`)],
  ['a path that says true without scales', { quantization: { [path]: true } }, (tensors) => tensors.filter(({ name }) => name !== `${path}.scales`)],
  ['packed values of another dtype', {}, replace(`${path}.weight`, testTensor(`${path}.weight`, 'I32', [256, 16]))],
  ['packed values of one bit', {}, replace(`${path}.weight`, testTensor(`${path}.weight`, 'U32', [256, 4]))],
  ['packed values of 4.25 bits', {}, replace(`${path}.weight`, testTensor(`${path}.weight`, 'U32', [256, 17]))],
  ['packed values of no columns', {}, replace(`${path}.weight`, testTensor(`${path}.weight`, 'U32', [256, 0]))],
  ['packed values of too few rows', {}, replace(`${path}.weight`, testTensor(`${path}.weight`, 'U32', [255, 16]))],
  ['scales for groups of 16', {}, replace(`${path}.scales`, testTensor(`${path}.scales`, 'F16', [256, 8]))],
  ['no scales at all', {}, replace(`${path}.scales`, testTensor(`${path}.scales`, 'F16', [256, 0]))],
  ['scales of another rank', {}, replace(`${path}.scales`, testTensor(`${path}.scales`, 'F16', [4]))],
  ['scales of integers', {}, replace(`${path}.scales`, testTensor(`${path}.scales`, 'I32', [256, 4]))],
  ['biases of another shape', {}, replace(`${path}.biases`, testTensor(`${path}.biases`, 'F16', [256, 2]))],
  ['biases of another dtype', {}, replace(`${path}.biases`, testTensor(`${path}.biases`, 'F32', [256, 4]))],
])('%s: refused', async ([, config, change]) => {
  await expect(quantizationOf(config, () => four, change)).rejects.toThrow(CheckpointError);
});

test('a mismatch names the weight, the tensor and both shapes', async () => {
  const change = replace(`${path}.biases`, testTensor(`${path}.biases`, 'F16', [256, 2]));
  await expect(quantizationOf({}, () => four, change)).rejects.toThrow(
    `The weight ${path} of memory cannot be read as quantized: ${path}.biases is F16 [256, 2], expected F16 [256, 4].`,
  );
});

/** The tensors of `path` in a format of floats. */
const inFloats = ({ bits, groupSize }: TestQuantization, globalScale?: TestTensor) => (tensors: readonly TestTensor[]): readonly TestTensor[] => [
  ...tensors.filter(({ name }) => !name.startsWith(`${path}.`)),
  testTensor(`${path}.weight`, 'U32', [256, (128 * bits) / 32]),
  testTensor(`${path}.scales`, 'U8', [256, 128 / groupSize]),
  ...(globalScale ? [globalScale] : []),
];
const global = testTensor(`${path}.global_scale`, 'F32', []);
const floatFormats = [{ mode: 'mxfp4', bits: 4, groupSize: 32 }, { mode: 'nvfp4', bits: 4, groupSize: 16 }, { mode: 'mxfp8', bits: 8, groupSize: 32 }];

test.for(floatFormats)('$mode follows from scales that are bytes, or is told', async (format) => {
  const settings = { bits: format.bits, group_size: format.groupSize, mode: format.mode };
  expect(await quantizationOf({}, () => four, inFloats(format))).toEqual(format);
  expect(await quantizationOf({ quantization: settings }, () => four, inFloats(format))).toEqual(format);
  expect(await quantizationOf({ quantization: { bits: 4, group_size: 32, [path]: settings } }, () => four, inFloats(format))).toEqual(format);
});

test('among floats, a weight may be affine', async () => {
  expect(await quantizationOf({ quantization: { bits: 4, group_size: 32, mode: 'mxfp4', [path]: { bits: 4, group_size: 32 } } })).toEqual({ mode: 'affine', ...four });
});

test('nvfp4 may have a global scale', async () => {
  const nvfp4 = { bits: 4, groupSize: 16 };
  expect(await quantizationOf({}, () => four, inFloats(nvfp4, global))).toEqual({ mode: 'nvfp4', ...nvfp4, globalScale: true });
  const one = testTensor(`${path}.global_scale`, 'F32', [1]);
  expect(await quantizationOf({}, () => four, inFloats(nvfp4, one))).toEqual({ mode: 'nvfp4', ...nvfp4, globalScale: true });
});

test.for<readonly [string, Readonly<Record<string, unknown>>, TestQuantization, TestTensor?]>([
  ['floats where the config says affine', { quantization: { [path]: { mode: 'affine' } } }, { bits: 4, groupSize: 32 }],
  ['mxfp4 where the config says nvfp4', { quantization: { [path]: { mode: 'nvfp4' } } }, { bits: 4, groupSize: 32 }],
  ['4 bits where the config says 8', { quantization: { [path]: { bits: 8 } } }, { bits: 4, groupSize: 32 }],
  ['floats in groups of 64', {}, { bits: 4, groupSize: 64 }],
  ['8 bits in groups of 16', {}, { bits: 8, groupSize: 16 }],
  ['a global scale of mxfp4', {}, { bits: 4, groupSize: 32 }, global],
  ['a global scale for each row', {}, { bits: 4, groupSize: 16 }, testTensor(`${path}.global_scale`, 'F32', [256])],
  ['a global scale in half', {}, { bits: 4, groupSize: 16 }, testTensor(`${path}.global_scale`, 'F16', [])],
])('%s: refused', async ([, config, format, globalScale]) => {
  await expect(quantizationOf(config, () => four, inFloats(format, globalScale))).rejects.toThrow(CheckpointError);
});

test('affine tensors where the config says floats are refused', async () => {
  await expect(quantizationOf({ quantization: { [path]: { mode: 'mxfp4' } } })).rejects.toThrow(CheckpointError);
});

test.for<readonly [string, Readonly<Record<string, unknown>>]>([
  ['bitsandbytes', { quantization_config: { quant_method: 'bitsandbytes' } }],
  ['toString', { quantization_config: { quant_method: 'toString' } }],
  ['awq of 8 bits', { quantization_config: { quant_method: 'awq', bits: 8 } }],
  ['awq, version gemv', { quantization_config: { quant_method: 'awq', version: 'GEMV' } }],
  ['compressed-tensors, format', { quantization_config: { quant_method: 'compressed-tensors', format: 'int-quantized' } }],
  ['compressed-tensors of 8 bits', {
    quantization_config: { quant_method: 'compressed-tensors', format: 'pack-quantized', config_groups: { a: { weights: { num_bits: 8 } } } },
  }],
  ['modelopt, algorithm', { text_config: { quantization_config: { quant_method: 'modelopt', quant_algo: 'W4A8_AWQ' } } }],
])('%s is named as not supported', async ([name, config]) => {
  const error: unknown = await quantizationOf(config).catch((caught: unknown) => caught);
  expect(UnsupportedFeatureError.isInstance(error)).toBe(true);
  expect(error).toHaveProperty('message', expect.stringContaining(`"${name}`));
});

test('whatever a single setting is replaced by, the answer is a checkpoint or a typed error', async () => {
  const hostile = [null, true, -1, 0, 3, 1e308, '', 'x', [], [1, 2], {}, { x: [] }];
  const settings = { quant_method: 'compressed-tensors', format: 'pack-quantized', config_groups: { a: { weights: { num_bits: 4 } } } };
  const configs = ['quantization', 'quantization_config', 'text_config'].flatMap((key) => hostile.map((value) => ({ [key]: value })));
  const foreign = ['awq', 'bitnet', 'fp8', 'modelopt', 'compressed-tensors'].flatMap((method) =>
    ['bits', 'version', 'linear_class', 'weight_block_size', 'quantization', 'quant_algo', 'format', 'config_groups'].flatMap((key) =>
      hostile.map((value) => ({ quantization_config: { ...settings, quant_method: method, [key]: value } }))));
  for (const config of [...configs, ...foreign]) {
    const result: unknown = await quantizationOf(config).catch((error: unknown) => error);
    if (result instanceof Error) expect(MLXEngineError.isInstance(result), `${JSON.stringify(config)}: ${String(result)}`).toBe(true);
  }
});
