import { CheckpointError, UnsupportedFeatureError } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { testTensor } from '../../../tests/support/tensors.js';
import type { TestTensor } from '../../../tests/support/tensors.js';
import { tinyCheckpoint } from '../../../tests/support/tiny-llama.js';
import { readCheckpoint } from '../../read-checkpoint.js';
import type { Checkpoint } from '../../read-checkpoint.js';

const path = 'model.layers.0.mlp.up_proj';
const [rows, columns] = [256, 128];

/** A checkpoint in which other tensors take the place of one weight's. */
async function read(settings: Readonly<Record<string, unknown>>, tensors: readonly TestTensor[]): Promise<Checkpoint> {
  return readCheckpoint(await tinyCheckpoint({
    config: { quantization_config: settings },
    change: (all) => [...all.filter(({ name }) => name !== `${path}.weight`), ...tensors],
  }));
}

const part = (name: string, dtype: TestTensor['dtype'], shape: readonly number[]): TestTensor => testTensor(`${path}.${name}`, dtype, shape);

function numbers(name: string, ...values: readonly number[]): TestTensor {
  return { name: `${path}.${name}`, dtype: 'F32', shape: values.length === 1 ? [] : [values.length], bytes: new Uint8Array(Float32Array.from(values).buffer) };
}

/** What the graph's weight has become. */
function summary({ weights }: Checkpoint): Readonly<Record<string, string>> {
  return Object.fromEntries([...weights.tensors.values()].filter(({ name }) => name.startsWith(`${path}.`))
    .map(({ name, dtype, shape }) => [name.slice(path.length + 1), `${dtype} ${shape.join(' ')}`]));
}

test.for(['awq', 'gptq'])('AutoAWQ\'s packing, called %s, becomes affine, and all floats take the scales\' type', async (method) => {
  const checkpoint = await read({ quant_method: method, bits: 4, group_size: 32, version: 'GEMM' }, [
    part('qweight', 'I32', [columns, rows / 8]), part('qzeros', 'I32', [columns / 32, rows / 8]), part('scales', 'BF16', [columns / 32, rows]),
  ]);
  expect(checkpoint.weights.quantization(path)).toEqual({ mode: 'affine', bits: 4, groupSize: 32 });
  expect(summary(checkpoint)).toEqual({ weight: 'U32 256 16', scales: 'BF16 256 4', biases: 'BF16 256 4' });
  expect(checkpoint.weights.tensors.get('model.norm.weight')?.dtype).toBe('BF16');
});

test('GPTQ with an order of its own is named as not supported', async () => {
  const error: unknown = await read({ quant_method: 'gptq', bits: 4 }, [part('g_idx', 'I32', [columns])]).catch((caught: unknown) => caught);
  expect(UnsupportedFeatureError.isInstance(error)).toBe(true);
  expect(error).toHaveProperty('message', expect.stringContaining('"gptq with g_idx"'));
});

test.for([['autobitlinear', 3], ['bitlinear', 1 / 3]] as const)('ternary weights of %s become affine', async ([linearClass, scale]) => {
  const checkpoint = await read({ quant_method: 'bitnet', linear_class: linearClass }, [part('weight', 'U8', [rows / 4, columns]), numbers('weight_scale', 3)]);
  expect(checkpoint.weights.quantization(path)).toEqual({ mode: 'affine', bits: 2, groupSize: 128 });
  const scales = new Float32Array((await checkpoint.weights.read(`${path}.scales`)).buffer);
  expect(new Set(scales)).toEqual(new Set([Math.fround(scale)]));
});

test('float8 in blocks becomes bfloat16, scales of activations are left out', async () => {
  const checkpoint = await read({ quant_method: 'fp8', weight_block_size: [64, 64] }, [
    part('weight', 'F8_E4M3', [rows, columns]), testTensor(`${path}.weight_scale_inv`, 'F32', [4, 2]), numbers('input_scale', 1),
  ]);
  expect(checkpoint.weights.quantization(path)).toBeUndefined();
  expect(summary(checkpoint)).toEqual({ weight: 'BF16 256 128' });
});

test('compressed-tensors: integers, floats of 4 and of 8 bits', async () => {
  const groups = { config_groups: { group_0: { weights: { num_bits: 4, symmetric: true } } } };
  const integers = await read({ quant_method: 'compressed-tensors', format: 'pack-quantized', ...groups }, [
    part('weight_packed', 'I32', [rows, columns / 8]), part('weight_scale', 'BF16', [rows, columns / 32]), part('weight_shape', 'I64', [2]),
  ]);
  expect(integers.weights.quantization(path)).toEqual({ mode: 'affine', bits: 4, groupSize: 32 });
  expect(summary(integers)).toEqual({ weight: 'U32 256 16', scales: 'BF16 256 4', biases: 'BF16 256 4' });
  const four = await read({ quant_method: 'compressed-tensors', format: 'mxfp4-pack-quantized' }, [
    part('weight_packed', 'U8', [rows, columns / 2]), part('weight_scale', 'U8', [rows, columns / 32]),
  ]);
  expect(four.weights.quantization(path)).toEqual({ mode: 'mxfp4', bits: 4, groupSize: 32 });
  const eight = await read({ quant_method: 'compressed-tensors', format: 'float-quantized' }, [part('weight', 'F8_E4M3', [rows, columns]), part('weight_scale', 'F32', [rows, 1])]);
  expect(summary(eight)).toEqual({ weight: 'BF16 256 128' });
});

test('ModelOpt: NVFP4 keeps its bytes and gets MLX\'s global scale, FP8 becomes bfloat16', async () => {
  const stored = part('weight', 'U8', [rows, columns / 2]);
  const four = await read({ quant_method: 'modelopt', quant_algo: 'NVFP4', group_size: 16 }, [
    stored, part('weight_scale', 'F8_E4M3', [rows, columns / 16]), numbers('weight_scale_2', 0.25), numbers('input_scale', 1),
  ]);
  expect(four.weights.quantization(path)).toEqual({ mode: 'nvfp4', bits: 4, groupSize: 16, globalScale: true });
  expect(await four.weights.read(`${path}.weight`)).toEqual(stored.bytes);
  expect(new Float32Array((await four.weights.read(`${path}.global_scale`)).buffer)).toEqual(Float32Array.of(0.25 * 6 * 448));
  const eight = await read({ quant_method: 'modelopt', quantization: { quant_algo: 'FP8' } }, [part('weight', 'F8_E4M3', [rows, columns]), numbers('weight_scale', 2)]);
  expect(summary(eight)).toEqual({ weight: 'BF16 256 128' });
});

test.for<readonly [string, Readonly<Record<string, unknown>>, readonly TestTensor[]]>([
  ['zeros of another shape', { quant_method: 'awq' }, [part('qweight', 'I32', [128, 32]), part('qzeros', 'I32', [3, 32]), part('scales', 'F16', [4, 256])]],
  ['no scales', { quant_method: 'awq' }, [part('qweight', 'I32', [128, 32])]],
  ['GPTQ\'s own packing', { quant_method: 'gptq' }, [part('qweight', 'I32', [16, 256]), part('qzeros', 'I32', [4, 32]), part('scales', 'F16', [4, 256])]],
  ['ternary floats', { quant_method: 'bitnet' }, [part('weight', 'F16', [256, 128]), numbers('weight_scale', 1)]],
  ['blocks that are no sizes', { quant_method: 'fp8', weight_block_size: [0, 'x'] }, [part('weight', 'F8_E4M3', [256, 128])]],
  ['scales for other blocks', { quant_method: 'fp8' }, [part('weight', 'F8_E4M3', [256, 128]), testTensor(`${path}.weight_scale_inv`, 'F32', [3, 2])]],
  ['bits that are no number', { quant_method: 'compressed-tensors', format: 'pack-quantized', config_groups: { a: { weights: { num_bits: 'four' } } } }, []],
])('%s: refused', async ([, settings, tensors]) => {
  await expect(read(settings, tensors)).rejects.toThrow(CheckpointError);
});
