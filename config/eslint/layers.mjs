/**
 * Which packages of the workspace the source of each may import. Imports point down only and siblings never import each
 * other; tests may import what their package declares.
 */
export const layers = {
  core: [],
  testing: ['core'],
  models: ['core'],
  text: ['core'],
  'native-mlx': ['core'],
  fallback: ['core'],
  registry: ['core'],
  downloader: ['core'],
  chat: ['core'],
  'starter-model': ['core', 'models'],
  engine: ['core', 'models', 'text', 'native-mlx', 'fallback', 'registry', 'downloader'],
  cli: ['core', 'registry', 'downloader', 'chat', 'engine'],
  mlxengine: ['core', 'models', 'text', 'fallback', 'registry', 'downloader', 'chat', 'engine', 'cli'],
};

/** Packages that run in browsers as they are; files named for Node (`x-node.ts`, `node/x.ts`) are reached on other ways. */
export const browserPackages = ['core', 'models', 'text', 'fallback', 'registry', 'chat'];
