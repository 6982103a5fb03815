import { globSync, readFileSync } from 'node:fs';
import { join, matchesGlob, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildVariables } from '../../packages/native-mlx/scripts/native/build-variables.mjs';

const repository = resolve(import.meta.dirname, '..', '..');

interface TurboConfiguration {
  readonly globalPassThroughEnv: readonly string[];
  readonly tasks: Readonly<Record<string, { readonly cache?: boolean }>>;
}

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(join(repository, path), 'utf8'));
}

const { globalPassThroughEnv, tasks } = readJson('turbo.json') as TurboConfiguration;

describe('turbo', () => {
  it.each([
    ...buildVariables,
    ...['CMAKE_PREFIX_PATH', 'CMAKE_GENERATOR', 'CUDA_HOME', 'CUDA_VISIBLE_DEVICES', 'LD_LIBRARY_PATH'],
    ...['PIP_INDEX_URL', 'PIP_CERT', 'UV_INDEX_URL', 'PYTHONPATH', 'VIRTUAL_ENV', 'CONDA_PREFIX', 'XDG_CACHE_HOME'],
    ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'UV_NATIVE_TLS'],
    ...['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'NODE_USE_ENV_PROXY'],
    ...['HF_TOKEN', 'HF_HOME', 'HF_ENDPOINT', 'HF_HUB_CACHE', 'HF_HUB_OFFLINE'],
    ...['MLXENGINE_BACKEND', 'MLXENGINE_CHROMIUM', 'npm_config_registry', 'NPM_CONFIG_REGISTRY', 'NODE_OPTIONS'],
  ])('passes %s on to the tasks', (name) => {
    expect(globalPassThroughEnv.filter((pattern) => matchesGlob(name, pattern))).not.toEqual([]);
  });

  it.each(['test', 'test:browser', 'test:packaging', 'parity', 'bench'])('never answers %s from its cache', (task) => {
    expect(tasks[task]?.cache).toBe(false);
  });

  it('has a package for each of its tasks', () => {
    const manifests = globSync(['packages/*/package.json', 'examples/*/package.json', 'tests/package.json'], { cwd: repository });
    const scripts = new Set(manifests.flatMap((path) => Object.keys((readJson(path) as { readonly scripts?: object }).scripts ?? {})));
    expect(Object.keys(tasks).filter((task) => !scripts.has(task))).toEqual([]);
  });
});
