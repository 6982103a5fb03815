// Bundles the workers' programs for Node and for browsers, each self-contained, so that it starts from one file wherever
// a bundler puts it. With the argument `source`, the browser's becomes a module in src/generated/: where no bundler has
// put the file, the worker starts from memory.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

async function bundle(entry, platform) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outdir: 'dist',
    platform,
    bundle: true,
    format: 'esm',
    target: 'es2023',
    minify: true,
    legalComments: 'none',
    logOverride: { 'ignored-bare-import': 'silent' },
    write: false,
  });
  return outputFiles[0].text;
}

const browser = await bundle('src/worker-browser.ts', 'browser');
if (process.argv[2] === 'source') {
  const comment = "/** The browser worker's program; made by scripts/build-worker.mjs. */";
  writeFileSync(resolve(root, 'src/generated/worker-source.ts'), `${comment}\nexport const source: string = ${JSON.stringify(browser)};\n`);
} else {
  writeFileSync(resolve(root, 'dist/worker.js'), browser);
  writeFileSync(resolve(root, 'dist/worker-node.js'), await bundle('src/worker-node.ts', 'node'));
}
