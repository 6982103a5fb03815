import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { executableIn, toolchain } from './paths.mjs';
import { pythonTools } from './pinned-versions.mjs';
import { placeExecutable } from './place-executable.mjs';
import { runCommand } from './run-command.mjs';

const folder = join(toolchain, 'python');

// Waiting for a network that was not there last time must not hold up every start.
const impatient = { PIP_RETRIES: '0', PIP_TIMEOUT: '5', UV_HTTP_RETRIES: '0', UV_HTTP_TIMEOUT: '5' };

/** Tools that this machine lacks, or has in a version that won't do. */
function missingTools() {
  return pythonTools.filter(({ command, accepts }) => {
    const { stdout } = spawnSync(command, ['--version'], { encoding: 'utf8' });
    const [, major, minor] = /(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
    return major === undefined || !accepts(Number(major), Number(minor));
  });
}

function installers(specifiers) {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  return [
    [python, ['-m', 'pip', 'install', '--quiet', '--upgrade', '--target', folder, ...specifiers]],
    ['uv', ['pip', 'install', '--quiet', '--target', folder, ...specifiers]],
  ];
}

/** A wheel keeps its program in its package or among the scripts; the scripts of the former are only wrappers. */
function placeTool({ command }) {
  const inPackage = executableIn(join(folder, command.replace('-', '_'), 'data', 'bin'), command);
  const inScripts = executableIn(join(folder, 'bin'), command);
  const found = [inPackage, inScripts].find((path) => existsSync(path));
  if (found !== undefined) placeExecutable(command, found);
  return found !== undefined;
}

/** CMake, ninja and clang-format from PyPI. Only the MLX backend and contributors need them: going without is a warning. */
export const pythonToolsStep = {
  name: 'python-tools',
  title: 'Getting CMake, ninja and clang-format where they are missing',
  // The machine's own tools are probed only when the step runs: starting three programs would slow down every start.
  fingerprint: () => pythonTools.map(({ command, version }) => `${command} ${version}`).join(', '),
  isPresent: () => true,
  async run(onLine, { again }) {
    const tools = missingTools();
    if (tools.length === 0) return undefined;
    const specifiers = tools.map(({ command, version }) => `${command}==${version}`);
    for (const [installer, args] of installers(specifiers)) {
      const { succeeded } = await runCommand(installer, args, { onLine, env: { PIP_USER: '0', ...(again ? impatient : {}) } });
      if (succeeded && tools.every(placeTool)) return undefined;
    }
    const names = tools.map(({ command }) => command).join(', ');
    return `Neither pip nor uv could install ${names}, so the MLX backend may not build. By hand: pip install ${specifiers.join(' ')}`;
  },
};
