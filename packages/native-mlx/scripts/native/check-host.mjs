import process from 'node:process';
import { CannotBuild } from './cannot-build.mjs';
import { buildCommand } from './paths.mjs';
import { findOnPath } from './run.mjs';

const targets = ['linux-x64', 'linux-arm64', 'darwin-arm64'];

/** Throws where MLX does not run, or nothing can compile. */
export function checkHost() {
  const target = `${process.platform}-${process.arch}`;
  if (!targets.includes(target)) {
    throw new CannotBuild(`MLX does not run on ${target}`, 'The fallback engine does; it is chosen by itself.');
  }
  if (findOnPath('cmake') === undefined) {
    throw new CannotBuild('CMake is missing', `Install CMake 3.22 or newer (pip install cmake, or the system's package) and build again: ${buildCommand}`);
  }
  const compilers = process.env.CXX ? [process.env.CXX.split(' ')[0]] : ['c++', 'g++', 'clang++'];
  if (!compilers.some((compiler) => findOnPath(compiler) !== undefined)) {
    throw new CannotBuild('a C++ compiler is missing', `Install one (apt install g++, or xcode-select --install) and build again: ${buildCommand}`);
  }
}
