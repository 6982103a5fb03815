import { resolve } from 'node:path';
import { build, type BuildResult, type Metafile } from 'esbuild';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const packages = ['core', 'models', 'text', 'fallback', 'registry', 'chat', 'downloader', 'engine'].map((name) => `@mlxengine/${name}`);

async function bundleForBrowser(name: string): Promise<BuildResult & { readonly metafile: Metafile }> {
  return build({
    stdin: { contents: `import * as all from '${name}'; globalThis.all = all;`, resolveDir: root },
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    outdir: 'out',
    logLevel: 'silent',
  });
}

describe('bundled for a browser', () => {
  it.each([...packages, 'mlxengine'])("%s needs no module of Node's", async (name) => {
    // An import of `node:…` is an error of esbuild on this platform.
    const { errors, warnings } = await bundleForBrowser(name);
    // Chunks of one package import each other for the order alone, which esbuild drops: nothing there has side effects.
    expect([...errors, ...warnings].filter(({ id }) => id !== 'ignored-bare-import').map(({ text }) => text)).toEqual([]);
  });

  it.each(['@mlxengine/engine', 'mlxengine'])('%s reaches no native code and no command line', async (name) => {
    const { metafile } = await bundleForBrowser(name);
    const inputs = Object.keys(metafile.inputs).filter((path) => /packages\/(native-mlx|cli|starter-model)\//.test(path));
    expect(inputs).toEqual([]);
    expect(Object.keys(metafile.inputs).length).toBeGreaterThan(0);
  });
});
