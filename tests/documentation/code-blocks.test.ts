import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { readmeBlocks, sourceExamples } from './code-blocks.js';

const examples = sourceExamples();
const pages = readmeBlocks();

function problems(files: readonly string[]): string[] {
  const base = ts.getParsedCommandLineOfConfigFile(resolve(import.meta.dirname, '../../tsconfig.base.json'), {
    noUnusedLocals: false, isolatedDeclarations: false, declaration: false, noEmit: true, types: ['node'],
  }, { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined });
  const program = ts.createProgram(files, base?.options ?? {});
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
}

test('code in the documentation compiles', { timeout: 120_000 }, () => {
  expect(examples.length).toBeGreaterThan(5);
  expect(pages.map(({ origin }) => origin)).toEqual(expect.arrayContaining(['README.md #1', 'docs/guides/getting-started.md #1', 'packages/core/README.md #1']));
  expect(problems([...examples, ...pages].map(({ file }) => file))).toEqual([]);
});

describe('the example of', { timeout: 120_000 }, () => {
  test.each(examples)('$origin prints what it says', async ({ file, printed }) => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual(expect.arrayContaining([...printed]));
  });
});

test('the first lines of code that a visitor sees answer', { timeout: 120_000 }, async () => {
  const { file } = pages.find(({ origin }) => origin === 'README.md #1') ?? { file: 'there is none' };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file]);
  expect(stderr).toBe('');
  expect(stdout).toContain('Paris');
  expect(stdout).toMatch(/\n\d+ tokens, \w+\n/);
});
