import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const repository = resolve(import.meta.dirname, '..');

/** Which tests a run takes: files by pattern, and the name its report carries. */
export interface TestRun {
  readonly kind: 'unit' | 'parity' | 'browser' | 'packaging';
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

function packageName(): string {
  const manifest = JSON.parse(readFileSync(resolve(process.cwd(), 'package.json'), 'utf8')) as { readonly name: string };
  return manifest.name.replace(/^@mlxengine\//, '');
}

/** One vitest configuration for all packages; it runs in the package's folder and reports into `reports/` at the root. */
export function testRun({ kind, include, exclude }: TestRun): ReturnType<typeof defineConfig> {
  const report = kind === 'unit' ? packageName() : `${packageName()}.${kind}`;
  return defineConfig({
    test: {
      include: [...include],
      exclude: ['**/node_modules/**', '**/dist/**', ...exclude],
      maxWorkers: 2,
      testTimeout: kind === 'unit' ? 20_000 : 120_000,
      hookTimeout: 120_000,
      reporters: ['default', 'json'],
      outputFile: { json: resolve(repository, 'reports', `${report}.json`) },
    },
  });
}
