import { join, resolve } from 'node:path';
import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';
import { describe, expect, it } from 'vitest';
import { importDirection } from '../../config/eslint/import-direction.mjs';

const repository = resolve(import.meta.dirname, '..', '..');

function messagesFor(path: string, code: string): (string | undefined)[] {
  const linter = new Linter({ cwd: repository });
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser },
    plugins: { mlxengine: { rules: { 'import-direction': importDirection } } },
    rules: { 'mlxengine/import-direction': 'error' },
  };
  return linter.verify(code, [config as Linter.Config], join(repository, path)).map(({ messageId }) => messageId);
}

describe('imports point down only', () => {
  it.each([
    ['an import that points up', 'packages/models/src/llama.ts', "import { InferenceEngine } from '@mlxengine/engine';"],
    ['a sibling', 'packages/fallback/src/load.ts', "import { readConfig } from '@mlxengine/models';"],
    ['anything from core', 'packages/core/src/index.ts', "export { x } from '@mlxengine/text';"],
    ['the umbrella', 'packages/cli/src/index.ts', "import { InferenceEngine } from 'mlxengine';"],
    ['an import on demand', 'packages/chat/src/session.ts', "const engine = await import('@mlxengine/engine');"],
    ['a type of a package above', 'packages/registry/src/a.ts', "export type E = import('@mlxengine/engine').InferenceEngine;"],
    ['a package that nothing may depend on', 'packages/engine/src/a.ts', "import { path } from '@mlxengine/starter-model';"],
    ['a subpath of a sibling', 'packages/text/src/a.ts', "import { x } from '@mlxengine/models/gguf';"],
  ])('refuses %s', (_, path, code) => {
    expect(messagesFor(path, code)).toEqual(['direction']);
  });

  it('refuses a relative way into another package', () => {
    expect(messagesFor('packages/models/src/a/b.ts', "import { x } from '../../../core/src/index.js';")).toEqual(['relative']);
  });

  it("refuses Node's modules in a package for browsers, but for files named for Node", () => {
    const code = "import { readFile } from 'node:fs/promises';";
    expect(messagesFor('packages/models/src/read.ts', code)).toEqual(['builtin']);
    expect(messagesFor('packages/models/src/read.ts', "import fs from 'fs';")).toEqual(['builtin']);
    expect(messagesFor('packages/fallback/src/threads-node.ts', code)).toEqual([]);
    expect(messagesFor('packages/native-mlx/src/read.ts', code)).toEqual([]);
  });

  it.each([
    ['packages/models/src/llama.ts', "import { x } from '@mlxengine/core/graph';"],
    ['packages/engine/src/index.ts', "import { x } from '@mlxengine/native-mlx';"],
    ['packages/mlxengine/src/index.ts', "export { x } from '@mlxengine/engine';"],
    ['packages/models/src/graph/a.ts', "import { x } from '../weights/b.js';"],
    ['packages/models/src/llama.test.ts', "import { x } from '@mlxengine/testing';"],
  ])('lets %s import what lies below', (path, code) => {
    expect(messagesFor(path, code)).toEqual([]);
  });
});
