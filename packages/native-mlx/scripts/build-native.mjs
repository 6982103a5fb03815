// Builds the addon against MLX where that is possible here, and writes down what came of it. It ends well either way: a
// machine without a compiler, or one that MLX does not run on, still installs, and `mlxengine doctor` reads the reason.
//
//   node scripts/build-native.mjs [--force]
import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import process from 'node:process';
import { fingerprint } from './native/fingerprint.mjs';
import { checkHost } from './native/check-host.mjs';
import { compile } from './native/compile.mjs';
import { locateMLX } from './native/locate-mlx.mjs';
import { CannotBuild } from './native/cannot-build.mjs';
import { checkoutTools } from './native/paths.mjs';
import { binariesExist, readStatus, writeStatus } from './native/status.mjs';

async function build() {
  checkHost();
  const mlx = await locateMLX();
  console.log(`MLX ${mlx.version} from ${mlx.source}: ${mlx.library}`);
  await compile(mlx);
  return mlx;
}

async function main() {
  if (existsSync(checkoutTools)) process.env.PATH = [checkoutTools, process.env.PATH].filter(Boolean).join(delimiter);
  const inputs = fingerprint();
  const status = readStatus();
  const upToDate = status?.built === true && status.inputs === inputs && binariesExist(status);
  if (upToDate && !process.argv.includes('--force')) return;
  try {
    const mlx = await build();
    writeStatus({ built: true, inputs, mlx });
    console.log('The native addon is built.');
  } catch (error) {
    if (!(error instanceof CannotBuild)) throw error;
    writeStatus({ built: false, inputs, reason: error.message, remedy: error.remedy });
    console.log(`The native addon is not built, so MLX cannot be used here: ${error.message}\n${error.remedy}`);
  }
}

await main();
