import { isBuiltin } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { browserPackages, layers } from './layers.mjs';

const scope = '@mlxengine/';

/** The package whose source a file is: `core` for `…/packages/core/src/index.ts`. */
function packageOf(filename) {
  const [, name] = /[\\/]packages[\\/]([^\\/]+)[\\/]src[\\/]/.exec(filename) ?? [];
  return name !== undefined && name in layers ? name : undefined;
}

/** The package of the workspace that an import names: `core` for `@mlxengine/core/graph`. */
function importedPackage(specifier) {
  if (specifier === 'mlxengine' || specifier.startsWith('mlxengine/')) return 'mlxengine';
  return specifier.startsWith(scope) ? specifier.slice(scope.length).split('/')[0] : undefined;
}

function leavesPackage(specifier, filename, owner) {
  if (!specifier.startsWith('.')) return false;
  const folder = filename.slice(0, filename.indexOf(`${sep}packages${sep}${owner}${sep}`) + `${sep}packages${sep}${owner}`.length);
  return relative(folder, resolve(dirname(filename), specifier)).startsWith('..');
}

function isForNode(filename) {
  return /[\\/]node[\\/]|[-/\\]node\.[cm]?ts$/.test(filename);
}

function judge(specifier, filename, owner) {
  const imported = importedPackage(specifier);
  if (imported !== undefined && !layers[owner].includes(imported)) return 'direction';
  if (leavesPackage(specifier, filename, owner)) return 'relative';
  if (isBuiltin(specifier) && browserPackages.includes(owner) && !isForNode(filename)) return 'builtin';
  return undefined;
}

/** Imports point down only: the rule behind `layers.mjs`. */
export const importDirection = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      direction: '{{owner}} may import {{allowed}}, not {{specifier}}: imports point down only (config/eslint/layers.mjs).',
      relative: '{{specifier}} leaves the package {{owner}}: import the other package by its name.',
      builtin: '{{owner}} runs in browsers, where {{specifier}} is not there: move this to a file named for Node (x-node.ts).',
    },
  },
  create(context) {
    const { filename } = context;
    const owner = packageOf(filename);
    if (owner === undefined || /\.test\.ts$/.test(filename)) return {};
    const check = (source) => {
      if (typeof source?.value !== 'string') return;
      const messageId = judge(source.value, filename, owner);
      if (messageId === undefined) return;
      const allowed = layers[owner].join(', ') || 'no other package';
      context.report({ node: source, messageId, data: { owner, allowed, specifier: source.value } });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source),
    };
  },
};
