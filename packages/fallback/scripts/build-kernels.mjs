// Compiles assembly/ with and without relaxed SIMD and writes the binaries as base64 into src/generated/, so that they
// load alike in Node, in browsers and behind any bundler.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import process from 'node:process';

const root = resolve(import.meta.dirname, '..');
const asc = resolve(dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')), 'bin/asc.js');

const flags = [
  '--runtime', 'stub', '--importMemory', '--noExportMemory', '--noAssert',
  '--enable', 'simd',
];

// V8 keeps the order in which operations are written. Binaryen's -O3 nests them so that relaxed_madd(a, b, c) has all of
// a chain's a and b computed before the first sum, which spills registers; so the relaxed build gets the harmless passes alone.
const variants = {
  plain: ['--optimizeLevel', '3'],
  relaxed: [
    '--enable', 'relaxed-simd', '--optimizeLevel', '0',
    '--runPasses', 'dce,precompute,remove-unused-brs,optimize-instructions,coalesce-locals,reorder-locals,vacuum',
  ],
};

function compile(name, options) {
  const output = resolve(root, 'build', `${name}.wasm`);
  const args = [asc, 'assembly/index.ts', ...flags, ...options, '--outFile', output];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  return readFileSync(output);
}

function write(name, bytes) {
  const text = `/** The kernels as base64; made by scripts/build-kernels.mjs. */\nexport const bytes: string = '${bytes.toString('base64')}';\n`;
  writeFileSync(resolve(root, 'src/generated', `${name}.ts`), text);
}

mkdirSync(resolve(root, 'build'), { recursive: true });
mkdirSync(resolve(root, 'src/generated'), { recursive: true });
for (const [name, options] of Object.entries(variants)) write(`kernels-${name}`, compile(`kernels-${name}`, options));
