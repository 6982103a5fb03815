import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runProgram, type ProgramRun } from './run-program.js';
import { temporaryFolder } from './temporary-folder.js';

const repository = resolve(import.meta.dirname, '..', '..');
// The starter model's package is a hundred megabytes of checkpoint, and a dependency of no other.
const folders = readdirSync(join(repository, 'packages')).filter((name) => name !== 'starter-model');
const names = folders.map((folder) => (readManifest(folder) as { readonly name: string }).name);

function readManifest(folder: string): unknown {
  return JSON.parse(readFileSync(join(repository, 'packages', folder, 'package.json'), 'utf8'));
}

/** Packs every package and installs them with npm into an empty application, as a user would. */
async function installPublished(application: string): Promise<ProgramRun> {
  for (const folder of folders) {
    const args = ['pack', '--pack-destination', application];
    const packed = await runProgram('pnpm', args, join(repository, 'packages', folder), process.env);
    if (packed.status !== 0) return packed;
  }
  writeFileSync(join(application, 'package.json'), JSON.stringify({ name: 'application', private: true, type: 'module' }));
  const tarballs = readdirSync(application).filter((name) => name.endsWith('.tgz'));
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs.map((name) => `./${name}`)];
  return runProgram('npm', args, application, process.env);
}

describe('the packages as published', () => {
  const application = temporaryFolder();
  let installed: ProgramRun;
  beforeAll(async () => {
    installed = await installPublished(application.path);
  }, 300_000);
  afterAll(() => application[Symbol.dispose]());

  it('install with npm into an empty application', () => {
    expect(installed).toMatchObject({ status: 0 });
  });

  it.each(names)('%s does nothing when it is imported, and loads no native code', async (name) => {
    const program = `const all = await import('${name}');
      if (Object.keys(all).length === 0) throw new Error('exports nothing');
      process.report.excludeNetwork = true;
      const native = process.report.getReport().sharedObjects.filter((path) => /\\.node$|libmlx/.test(path));
      if (native.length > 0) throw new Error('loaded ' + native.join(', '));`;
    const run = await runProgram(process.execPath, ['--input-type=module', '-e', program], application.path, process.env);
    expect(run).toMatchObject({ status: 0, stdout: '', stderr: '' });
  });

  it('bring the command', async () => {
    const { status, stdout } = await runProgram('npx', ['--no-install', 'mlxengine', '--version'], application.path, process.env);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(status).toBe(0);
  });

  it.each(folders)('%s holds no tests and no machine-made leftovers', (folder) => {
    const { name } = readManifest(folder) as { readonly name: string };
    const files = readdirSync(join(application.path, 'node_modules', name), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /\.test\.|tsbuildinfo|\.turbo/.test(file) && !file.includes('node_modules'))).toEqual([]);
    expect(files).toContain('README.md');
    expect(files).toContain('LICENSE');
  });
});
