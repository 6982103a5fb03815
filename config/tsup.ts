import { defineConfig } from 'tsup';

/** What one package tells the shared build. */
export interface PackageBuild {
  /** Output path without extension, to source file: `{ 'graph/index': 'src/graph/index.ts' }`. */
  readonly entry: Readonly<Record<string, string>>;
  /** `node` where the package never runs in a browser. */
  readonly platform: 'neutral' | 'node';
}

/**
 * The one tsup configuration of all packages: ES modules beside the declarations that `tsc` writes.
 * Everything that is not a relative import stays an import, so that two packages never carry a copy of a third.
 */
export function packageBuild({ entry, platform }: PackageBuild): ReturnType<typeof defineConfig> {
  return defineConfig({
    entry: { ...entry },
    platform,
    format: 'esm',
    target: 'es2023',
    sourcemap: true,
    clean: true,
    splitting: true,
    treeshake: false,
    skipNodeModulesBundle: true,
    removeNodeProtocol: false,
    silent: true,
  });
}
