// Compiles assembly/ with and without relaxed SIMD and writes the binaries as base64 into src/generated/, so that they
// load alike in Node, in browsers and behind any bundler.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { main } from 'assemblyscript/asc';

const root = resolve(import.meta.dirname, '..');
const flags = ['--runtime', 'stub', '--importMemory', '--noExportMemory', '--noAssert', '--enable', 'simd'];

// V8 keeps the order in which operations are written. Binaryen's -O3 nests them so that relaxed_madd(a, b, c) has all of
// a chain's a and b computed before the first sum, which spills registers; so the relaxed build gets the harmless passes alone.
const variants = {
  plain: ['--optimizeLevel', '3'],
  relaxed: [
    '--enable', 'relaxed-simd', '--optimizeLevel', '0',
    '--runPasses', 'dce,precompute,remove-unused-brs,optimize-instructions,coalesce-locals,reorder-locals,vacuum',
  ],
};

async function compile(name, options) {
  const { error, stderr } = await main(['assembly/index.ts', '--baseDir', root, ...flags, ...options, '--outFile', `build/${name}.wasm`]);
  process.stderr.write(stderr.toString());
  if (error !== null) throw error;
  return readFileSync(resolve(root, 'build', `${name}.wasm`));
}

mkdirSync(resolve(root, 'build'), { recursive: true });
mkdirSync(resolve(root, 'src/generated'), { recursive: true });
for (const [variant, options] of Object.entries(variants)) {
  const bytes = await compile(`kernels-${variant}`, options);
  const text = `/** The kernels as base64; made by scripts/build-kernels.mjs. */\nexport const bytes: string = '${bytes.toString('base64')}';\n`;
  writeFileSync(resolve(root, `src/generated/kernels-${variant}.ts`), text);
}
