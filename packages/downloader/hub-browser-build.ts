import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const hubPackage = '@huggingface/hub';
const builtForBrowsers = /[\\/]hub-library-browser\.ts$/;
const partOfHub = /[\\/]@huggingface[\\/]hub[\\/]dist[\\/]browser[\\/]/;
const usedByUploadsAlone = /^(?:@huggingface\/xetchunk-wasm|@huggingface\/blake3-jit|gearhash-jit|cli-progress)$/;

/** What is used of esbuild, which tsup brings. */
interface Build {
  onResolve(
    options: { readonly filter: RegExp },
    resolve: (args: { readonly path: string; readonly importer: string }) =>
      { readonly path: string; readonly external?: boolean; readonly sideEffects?: boolean } | undefined,
  ): void;
}

/**
 * Puts the browser build of `@huggingface/hub` into our browser entry. The package's `exports` lead bundlers to the build
 * for Node, whatever its `browser` field says, and what imports that cannot be bundled for a browser. In our entry for
 * Node it stays an import.
 */
export const hubBrowserBuild: { readonly name: string; setup(build: Build): void } = {
  name: 'hub-browser-build',
  setup(build) {
    build.onResolve({ filter: /^@huggingface\/hub$/ }, ({ importer }) => (
      builtForBrowsers.test(importer) ? { path: browserFile(), sideEffects: false } : { path: hubPackage, external: true }
    ));
    // Nothing that we call reaches these; left outside, they vanish with the code that would.
    build.onResolve({ filter: usedByUploadsAlone }, ({ path }) => ({ path, external: true, sideEffects: false }));
    build.onResolve({ filter: /^\.\// }, ({ path, importer }) => (
      partOfHub.test(importer) ? { path, external: true, sideEffects: false } : undefined
    ));
  },
};

function browserFile(): string {
  return join(dirname(createRequire(import.meta.url).resolve(hubPackage)), 'browser/index.mjs');
}
