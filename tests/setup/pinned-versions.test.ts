import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { isSupportedNode, supportedNode } from '../../packages/mlxengine/bin/node-version.mjs';
import { node, pnpm } from '../../scripts/setup/pinned-versions.mjs';

const repository = resolve(import.meta.dirname, '..', '..');

function manifest(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(resolve(repository, path), 'utf8')) as Record<string, unknown>;
}

it("pins the pnpm that package.json names", () => {
  expect(manifest('package.json')['packageManager']).toBe(`pnpm@${pnpm}`);
});

it("knows the range of Node.js versions that the packages' manifests name", () => {
  expect(manifest('packages/mlxengine/package.json')['engines']).toEqual({ node: supportedNode });
});

it('pins a Node.js inside that range', () => {
  expect(isSupportedNode(node)).toBe(true);
});

it.each([
  ['v20.20.2', false],
  ['v22.17.1', false],
  ['v22.18.0', true],
  ['v23.11.0', false],
  ['v24.10.0', false],
  ['v24.11.0', true],
  ['v25.9.0', false],
  ['v26.0.0', true],
  ['v27.1.0', true],
])('judges %s', (version, expected) => {
  expect(isSupportedNode(version)).toBe(expected);
});
