// Builds the addon with AddressSanitizer and UndefinedBehaviorSanitizer into a folder of its own, runs the conformance suite of backends
// and a stress of requests, aborts and unloads on it, and fails where something was found in the addon's own code. LeakSanitizer
// looks at the end; what Node and MLX themselves keep is not counted. Linux with GCC; build the packages first (pnpm build).
//
//   node scripts/sanitize.mjs
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { CannotBuild } from './native/cannot-build.mjs';
import { compile } from './native/compile.mjs';
import { locateMLX } from './native/locate-mlx.mjs';
import { checkoutTools, root } from './native/paths.mjs';
import { findings } from './native/sanitizer-findings.mjs';

/** A package beside the real one: the same JavaScript, another binary. */
const shadow = join(root, '.cache', 'sanitized');

/** The sanitizer has to be the first library of the process; the C++ library goes along, for its exceptions are watched too. */
function runtimes() {
  const path = (name) => execFileSync(process.env.CXX ?? 'g++', [`-print-file-name=${name}`], { encoding: 'utf8' }).trim();
  return [path('libasan.so'), path('libstdc++.so')].join(':');
}

async function build() {
  const mlx = await locateMLX();
  await compile(mlx, { folder: join(shadow, 'build'), sanitize: 'address,undefined' });
  rmSync(join(shadow, 'dist'), { recursive: true, force: true });
  mkdirSync(shadow, { recursive: true });
  for (const name of ['dist', 'package.json']) cpSync(join(root, name), join(shadow, name), { recursive: true });
  writeFileSync(join(shadow, 'build', 'native-status.json'), JSON.stringify({ built: true, inputs: '', mlx }));
}

function run(program, logs) {
  const log = join(logs, 'log');
  const options = [`log_path=${log}`, 'halt_on_error=0'];
  const { status, signal, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'native', program), join(shadow, 'dist', 'index.js')], {
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: {
      ...process.env,
      LD_PRELOAD: runtimes(),
      // What is left at the end is read from the log: most of it is Node's.
      ASAN_OPTIONS: [...options, 'detect_leaks=1', 'exitcode=0', 'detect_stack_use_after_return=1'].join(':'),
      UBSAN_OPTIONS: [...options, 'print_stacktrace=1'].join(':'),
      LSAN_OPTIONS: 'report_objects=0:max_leaks=0',
    },
  });
  process.stderr.write(stderr);
  // UndefinedBehaviorSanitizer writes here, whatever it is told.
  writeFileSync(`${log}.${program}`, stderr);
  return status === 0 ? [] : [`${program} ended with ${signal ?? status}`];
}

async function main() {
  process.env.PATH = `${checkoutTools}:${process.env.PATH ?? ''}`;
  await build();
  const logs = mkdtempSync(join(tmpdir(), 'mlxengine-sanitize-'));
  const failed = ['sanitize-conformance.mjs', 'sanitize-stress.mjs'].flatMap((program) => run(program, logs));
  const found = readdirSync(logs).flatMap((name) => findings(readFileSync(join(logs, name), 'utf8')));
  for (const finding of found) console.error(`${finding}\n`);
  console.log(`${found.length} findings in the addon's own code, ${failed.length} failed programs${failed.map((text) => `\n${text}`).join('')}; logs: ${logs}`);
  process.exitCode = found.length + failed.length > 0 ? 1 : 0;
}

try {
  await main();
} catch (error) {
  if (!(error instanceof CannotBuild)) throw error;
  console.error(`${error.message}\n${error.remedy}`);
  process.exitCode = 1;
}
