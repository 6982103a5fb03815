import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { repository } from '../setup/paths.mjs';

function readAll(path) {
  if (!existsSync(path)) return [];
  const names = readdirSync(path).filter((name) => name.endsWith('.json'));
  return names.map((name) => ({ report: name.slice(0, -'.json'.length), ...JSON.parse(readFileSync(join(path, name), 'utf8')) }));
}

function testsOf({ report, testResults }) {
  return testResults.flatMap((file) => {
    const at = `${report}: ${relative(repository, file.name)}`;
    const tests = file.assertionResults.map(({ fullName, status }) => ({
      name: `${at}: ${fullName}`,
      status: status === 'passed' || status === 'failed' ? status : 'skipped',
    }));
    // A file that cannot even be loaded has no tests to report.
    const crashed = file.status === 'failed' && !tests.some(({ status }) => status === 'failed');
    return crashed ? [...tests, { name: `${at}: ${file.message}`, status: 'failed' }] : tests;
  });
}

/**
 * What the runs and checks left in a folder.
 *
 * @param {string} folder `reports` at the root, but for tests
 */
export function readReports(folder) {
  return {
    tests: readAll(folder).flatMap(testsOf),
    runs: readAll(join(folder, 'runs')),
    checks: readAll(join(folder, 'checks')),
  };
}
