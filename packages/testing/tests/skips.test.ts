import { defineEngine } from '@mlxengine/core';
import { expect, test } from 'vitest';
import { createReferenceBackend, testInferenceBackend, testLLMEngine } from '../src/index.js';
import { loadTinyImplementation } from '../src/tiny-engine/create-tiny-engine.js';

test('what an engine does not support is skipped, with the reason', async () => {
  const right = await loadTinyImplementation();
  const supports = { ...right.supports, parameters: ['maxTokens', 'temperature'] as const, prefillProgress: false, countTokens: false };
  const ran: string[] = [];
  const skipped = new Map<string, string>();
  await testLLMEngine({
    test: (name) => ran.push(name),
    skip: (name, reason) => skipped.set(name, reason),
    createEngine: () => defineEngine({ ...right, supports, model: { id: 'endless', architecture: 'llama' } }),
  });
  expect(skipped.get('stop: the answer ends before the string')).toBe('supports.parameters has no stop');
  expect(skipped.get('seed: others give other answers')).toBe('supports.parameters has no seed');
  expect(skipped.get('events: prefill progress grows up to the whole prompt')).toBe('supports.prefillProgress is false');
  expect(skipped.get('usage: prompt tokens are those that countTokens counts')).toBe('supports.countTokens is false');
  expect(skipped.get('errors: one while working reaches every reader, typed')).toMatch(/contextLength is unknown/);
  expect(ran).toContain('maxTokens: is honoured, and the last token is part of the text');
  expect(ran.filter((name) => skipped.has(name))).toEqual([]);
});

test('what a backend does not list is skipped, with the reason', async () => {
  const right = createReferenceBackend();
  const skipped = new Map<string, string>();
  await testInferenceBackend({
    test: () => undefined,
    skip: (name, reason) => skipped.set(name, reason),
    createBackend: () => ({ ...right, supports: { ...right.supports, affineBits: [8], tensorDtypes: ['F32', 'F16'] } }),
  });
  expect(skipped).toEqual(new Map([
    ['score: logits of a model of 4 bits are right', 'supports lists no 4 bits in groups of 32'],
    ['score: logits of a model of 8 bits are right', 'supports.tensorDtypes has no BF16'],
    ['score: logits of a tied quantized embedding are right', 'supports lists no 4 bits in groups of 64'],
    ['operations: linears of experts in 4 bits by 32', 'supports lists no 4 bits in groups of 32'],
    ['operations: linears of experts in 3 bits by 32', 'supports lists no 3 bits in groups of 32'],
    ['operations: linears of experts in 6 bits by 32', 'supports lists no 6 bits in groups of 32'],
    ['operations: stacks of heads in 2 bits by 32', 'supports lists no 2 bits in groups of 32'],
    ['operations: stacks of heads in 4 bits by 64', 'supports lists no 4 bits in groups of 64'],
    ['operations: stacks of heads in 5 bits by 32', 'supports lists no 5 bits in groups of 32'],
    ['operations: all of them in float16', 'supports.dtypes has no float16'],
    ['operations: all of them in bfloat16', 'supports.dtypes has no bfloat16'],
  ]));
});

test('operations and formats that a backend does not list are skipped, and what is tried without them is not', async () => {
  const right = createReferenceBackend();
  const skipped = new Map<string, string>();
  const ran: string[] = [];
  const operations = right.supports.operations.filter((type) => type !== 'latentAttention' && type !== 'pool');
  await testInferenceBackend({
    test: (name) => ran.push(name),
    skip: (name, reason) => skipped.set(name, reason),
    createBackend: () => ({ ...right, supports: { ...right.supports, operations, floatModes: ['mxfp4', 'nvfp4'] } }),
  });
  expect(skipped.get('operations: latent attention')).toBe('supports.operations has no latentAttention');
  expect(skipped.get('embed: the mean of all tokens')).toBe('supports.operations has no pool');
  expect(skipped.get('operations: matrices in mxfp8')).toBe('supports.floatModes has no mxfp8');
  expect(ran).toEqual(expect.arrayContaining(['operations: attention', 'operations: matrices in mxfp4', 'embed: attention without a cache']));
});
