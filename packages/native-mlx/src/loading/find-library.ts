import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { readBuildStatus } from './build-status.js';
import type { Host } from './host.js';

/** The libmlx to load, and what named it. */
export interface MLXLibrary {
  readonly path: string;
  readonly from: 'MLXENGINE_MLX_LIBRARY' | 'MLX_ROOT' | 'the build';
  readonly exists: boolean;
}

/**
 * Which libmlx is loaded is decided at run time: the addon runs on the CPU, CUDA and Metal builds of one version of MLX
 * alike. A variable that names a file that isn't there is not passed over.
 */
export function findLibrary(host: Pick<Host, 'root' | 'platform' | 'environment'>): MLXLibrary | undefined {
  const { MLXENGINE_MLX_LIBRARY: file, MLX_ROOT: prefix } = host.environment;
  if (file) return library(file, 'MLXENGINE_MLX_LIBRARY');
  if (prefix) return inPrefix(prefix, host.platform === 'darwin' ? 'libmlx.dylib' : 'libmlx.so');
  const status = readBuildStatus(host);
  if (!status?.built) return undefined;
  const recorded = status.mlx.library;
  return library(isAbsolute(recorded) ? recorded : join(host.root, recorded), 'the build');
}

/** In the folders that the build looks at (scripts/native/locate-mlx.mjs); the first is named where neither has it. */
function inPrefix(prefix: string, name: string): MLXLibrary {
  const candidate = (folder: string): MLXLibrary => library(join(prefix, folder, name), 'MLX_ROOT');
  const [first, second] = [candidate('lib'), candidate('lib64')];
  return !first.exists && second.exists ? second : first;
}

function library(path: string, from: MLXLibrary['from']): MLXLibrary {
  return { path, from, exists: existsSync(path) };
}
