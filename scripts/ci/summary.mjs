// Sums up what .ci/run did, from the runners' own reports. Its last line is `N passed, N failed`.
//
//   node scripts/ci/summary.mjs [folder of reports] [list of allowed skips]
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { repository } from '../setup/paths.mjs';
import { judgeSkips } from './judge-skips.mjs';
import { readReports } from './read-reports.mjs';

const [reports = join(repository, 'reports'), allowedSkips = join(repository, '.ci', 'allowed-skips.json')] = process.argv.slice(2);
const allowed = JSON.parse(readFileSync(allowedSkips, 'utf8'));
const { tests, runs, checks } = readReports(reports);

const problems = [
  ...tests.filter(({ status }) => status === 'failed').map(({ name }) => `failed: ${name}`),
  ...judgeSkips(tests, allowed, process.platform),
  ...checks.filter(({ status }) => status !== 0).map(({ name }) => `failed: ${name}`),
];
// A run that went wrong in a way no report tells of, such as a set-up that failed.
const unexplained = runs.filter(({ status }) => status !== 0).map(({ name }) => `ended badly: ${name}`);
if (!tests.some(({ status }) => status === 'failed')) problems.push(...unexplained);

const passed = tests.filter(({ status }) => status === 'passed').length + checks.filter(({ status }) => status === 0).length;
process.stdout.write(['', ...problems, `${passed} passed, ${problems.length} failed`, ''].join('\n'));
process.exitCode = problems.length === 0 && passed > 0 ? 0 : 1;
