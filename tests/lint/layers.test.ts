import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { layers } from '../../config/eslint/layers.mjs';

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const repository = resolve(import.meta.dirname, '..', '..');
const packages = readdirSync(join(repository, 'packages')).sort();

function dependenciesOf(name: string): string[] {
  const manifest = JSON.parse(readFileSync(join(repository, 'packages', name, 'package.json'), 'utf8')) as Manifest;
  const names = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  return names.filter((dependency) => dependency.startsWith('@mlxengine/')).map((dependency) => dependency.slice('@mlxengine/'.length));
}

describe('the layers', () => {
  it('name every package of the workspace', () => {
    expect(Object.keys(layers).sort()).toEqual(packages);
  });

  it.each(packages)('allow what %s depends on', (name) => {
    const allowed: readonly string[] = layers[name as keyof typeof layers];
    expect(dependenciesOf(name).filter((dependency) => !allowed.includes(dependency))).toEqual([]);
  });

  it.each(packages)('are enforced in the source of %s', async (name) => {
    const eslint = new ESLint({ cwd: repository });
    const config = (await eslint.calculateConfigForFile(join(repository, 'packages', name, 'src', 'index.ts'))) as ESLint.ConfigData;
    expect(config.rules?.['mlxengine/import-direction']).toEqual([2]);
  });
});
