import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { packageRoot } from '../src/loading/package-root.js';
import { missing, suiteName } from './mlx.js';

const run = promisify(execFile);
const build = join(packageRoot(), 'build');
const programs = readdirSync(join(packageRoot(), 'native', 'tests')).filter((name) => name.endsWith('_test.cpp')).map((name) => name.slice(0, -'.cpp'.length));
const reason = missing || (process.platform === 'win32' || !existsSync(join(build, 'CMakeCache.txt')) ? 'the addon was not built here' : '');

describe.skipIf(reason !== '')(suiteName('programs that test what JavaScript cannot reach', reason), () => {
  beforeAll(() => run('cmake', ['--build', build, '--config', 'Release', '--target', 'native_tests']), 300_000);

  test.each(programs)('%s', async (program) => {
    await expect(run(join(build, 'tests', program))).resolves.toMatchObject({ stderr: '' });
  });
});
